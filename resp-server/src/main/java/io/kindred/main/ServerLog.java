package io.kindred.main;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.text.MessageFormat;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * The process's log: one line an event, as Redis writes it, to the standard output or to {@code logfile}. Everything that
 * logs does so through {@link System.Logger}, which the JDK hands to {@code java.util.logging}; this is the one handler
 * there.
 *
 * <p>The levels are debug (System.Logger's TRACE and DEBUG below {@code verbose}), verbose (DEBUG), notice (INFO), and
 * warning (WARNING and ERROR).
 */
final class ServerLog extends Handler {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("dd MMM yyyy HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());

    /** Kept, because java.util.logging forgets a logger's level with the logger. */
    private final Logger root = Logger.getLogger("");

    private final Logger own = Logger.getLogger("io.kindred");
    private final PrintStream out;
    private final long pid = ProcessHandle.current().pid();

    private ServerLog(PrintStream out) {
        this.out = out;
    }

    /** Takes over the process's logging. */
    static ServerLog begin(String logfile, String loglevel) throws IOException {
        ServerLog log = new ServerLog(open(logfile));
        for (Handler handler : log.root.getHandlers()) {
            log.root.removeHandler(handler);
        }
        log.root.addHandler(log);
        log.root.setLevel(Level.WARNING);
        log.level(loglevel);
        return log;
    }

    /** As {@code loglevel} names it. */
    void level(String loglevel) {
        own.setLevel(
                switch (loglevel) {
                    case "debug" -> Level.ALL;
                    case "verbose" -> Level.FINE;
                    case "notice" -> Level.INFO;
                    default -> Level.WARNING;
                });
    }

    private static PrintStream open(String logfile) throws IOException {
        if (logfile.isEmpty()) {
            return System.out;
        }
        OutputStream file =
                Files.newOutputStream(Path.of(logfile), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        return new PrintStream(file, true, StandardCharsets.UTF_8);
    }

    @Override
    public void publish(LogRecord record) {
        StringBuilder line = new StringBuilder()
                .append(pid)
                .append(":M ")
                .append(TIME.format(Instant.ofEpochMilli(record.getMillis())))
                .append(' ')
                .append(mark(record.getLevel()))
                .append(' ')
                .append(message(record));
        Throwable thrown = record.getThrown();
        if (thrown != null) {
            StringWriter trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace, true));
            line.append('\n').append(trace);
        }
        out.println(line);
        out.flush();
    }

    private static char mark(Level level) {
        if (level.intValue() >= Level.WARNING.intValue()) {
            return '#';
        }
        return level.intValue() >= Level.INFO.intValue() ? '*' : level.intValue() >= Level.FINE.intValue() ? '-' : '.';
    }

    private static String message(LogRecord record) {
        Object[] parameters = record.getParameters();
        String message = String.valueOf(record.getMessage());
        return parameters == null || parameters.length == 0 ? message : MessageFormat.format(message, parameters);
    }

    @Override
    public void flush() {
        out.flush();
    }

    @Override
    public void close() {
        out.flush();
    }
}
