package io.kindred.main;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.util.List;
import sun.misc.Signal;

/** The program: {@code [file] [--directive value ...]}. */
public final class Main {
    private static final System.Logger LOG = System.getLogger(Main.class.getName());
    private static final String USAGE = """
            Usage: kindred-server [file] [--directive value ...]
                   kindred-server --version
                   kindred-server --help [directive]
                   kindred-server --print-conf           a conf file with every directive, explained
            The file and the directives are written as in redis.conf, for example:
                   kindred-server --port 7001 --dir ./n1
                   kindred-server kindred.conf --loglevel verbose

            Directives, and their defaults:""";

    private Main() {}

    public static void main(String[] args) throws InterruptedException {
        System.exit(run(CommandLine.of(args), System.out, System.err));
    }

    private static int run(CommandLine line, PrintStream out, PrintStream err) throws InterruptedException {
        return switch (line.wish()) {
            case VERSION -> {
                out.println(Version.NAME);
                yield Node.EXIT_OK;
            }
            case HELP -> help(line.directives(), out, err);
            case PRINT_CONF -> print(new ManualText(Manual.own()).conf(), out);
            case PRINT_CONFIGURATION -> print(new ManualText(Manual.own()).page(), out);
            case RUN -> runNode(line, err);
        };
    }

    private static int help(List<String> about, PrintStream out, PrintStream err) {
        ManualText text = new ManualText(Manual.own());
        if (about.isEmpty()) {
            return print(USAGE + "\n" + text.summary(), out);
        }
        Manual.Entry entry = Manual.own().named(about.get(0));
        if (entry == null) {
            err.println("Kindred has no directive '" + about.get(0) + "'; kindred-server --help lists them");
            return Node.EXIT_FATAL;
        }
        return print(text.about(entry), out);
    }

    private static int print(String text, PrintStream out) {
        out.print(text);
        out.flush();
        return Node.EXIT_OK;
    }

    private static int runNode(CommandLine line, PrintStream err) throws InterruptedException {
        ServerConfig config;
        ServerLog log;
        try {
            config = line.config();
            log = ServerLog.begin(config.text(Directives.LOGFILE), config.text(Directives.LOGLEVEL));
        } catch (ConfigRefused e) {
            err.println(e.getMessage());
            return Node.EXIT_FATAL;
        } catch (IOException e) {
            err.println("Cannot open the log file: " + e);
            return Node.EXIT_FATAL;
        }
        LOG.log(Level.INFO, Version.NAME + ", Java " + System.getProperty("java.version") + ", just started");
        config.remarks().forEach(remark -> LOG.log(Level.WARNING, remark));
        ignore("HUP");
        try {
            int code = Node.EXIT_ANEW;
            while (code == Node.EXIT_ANEW) {
                Node node = new Node(config, log::level);
                stopOn("TERM", node);
                stopOn("INT", node);
                node.start();
                code = node.awaitEnd();
            }
            return code;
        } catch (StartFailed e) {
            LOG.log(Level.ERROR, "Cannot start: " + e.getMessage());
            return Node.EXIT_FATAL;
        }
    }

    /** As Redis does: the terminal that it was started from may close. */
    private static void ignore(String signal) {
        Signal.handle(new Signal(signal), received -> LOG.log(Level.INFO, "SIG" + received.getName() + " is ignored"));
    }

    /** A shutdown hook would do, but could not choose the exit code, which says that the stop was in good order. */
    private static void stopOn(String signal, Node node) {
        Signal.handle(new Signal(signal), received -> {
            LOG.log(Level.WARNING, "Received SIG" + received.getName() + ", shutting down...");
            if (signal.equals("TERM")) {
                node.leaveAndStop();
            } else {
                node.stop();
            }
        });
    }
}
