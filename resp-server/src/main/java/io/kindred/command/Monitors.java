package io.kindred.command;

import io.kindred.cluster.message.Reply;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The clients that see what clients of this node have run (MONITOR), and what they see: one line for each command that has begun,
 * as Redis words it. What a client leaves untaken is bounded as it is for subscribers.
 *
 * <p>Commands that administer are left out, and passwords. While nobody looks each command costs one look at a field.
 *
 * <p>Owned by: the loop thread.
 */
final class Monitors {
    private static final String HEX = "0123456789abcdef";
    private static final Set<String> SHOWN_ALL_THE_SAME = Set.of("eval", "evalsha", "eval_ro", "evalsha_ro");
    private static final byte[] REDACTED = "(redacted)".getBytes(StandardCharsets.US_ASCII);

    private final Set<Session> sessions = new LinkedHashSet<>();
    private Session[] inOrder = new Session[0];

    boolean isAny() {
        return inOrder.length > 0;
    }

    void add(Session session) {
        if (sessions.add(session)) {
            inOrder = sessions.toArray(Session[]::new);
            session.monitors(this);
        }
    }

    void remove(Session session) {
        if (sessions.remove(session)) {
            inOrder = sessions.toArray(Session[]::new);
            session.monitors(null);
        }
    }

    /** Starts a command, and shows it behind its reply where that comes at once, as Redis does. */
    void run(CommandTable.Command command, Session session, byte[][] args, ServerView server, ReplySink sink) {
        CommandSpec spec = command.spec();
        if (!spec.name().equals("exec")) {
            CommandStart.start(command, session, args, server, sink);
            show(spec, session, args, server);
            return;
        }
        List<Transaction.Queued> queued = session.transaction().queued();
        CommandStart.start(command, session, args, server, new ReplySink() {
            @Override
            public void complete(Reply reply) {
                sink.complete(reply);
                if (reply instanceof Reply.Array) {
                    queued.forEach(each -> show(each.command().spec(), session, each.args(), server));
                }
                show(spec, session, args, server);
            }

            @Override
            public void also(Reply reply) {
                sink.also(reply);
            }
        });
    }

    /** A command is queued behind MULTI, or begun. */
    private void show(CommandSpec spec, Session session, byte[][] args, ServerView server) {
        boolean isHidden = spec.has(CommandSpec.Flag.ADMIN)
                || (spec.has(CommandSpec.Flag.SKIP_MONITOR) && !SHOWN_ALL_THE_SAME.contains(spec.name()));
        if (isHidden || !isAny()) {
            return;
        }
        Reply line = new Reply.Simple(line(session, withoutPasswords(spec, args), server));
        for (Session each : inOrder) {
            each.push(line);
        }
    }

    private static byte[][] withoutPasswords(CommandSpec spec, byte[][] args) {
        boolean isAuth = spec.name().equals("auth");
        if (!isAuth && !spec.name().equals("hello")) {
            return args;
        }
        byte[][] shown = args.clone();
        for (int i = 1; isAuth && i < shown.length; i++) {
            shown[i] = REDACTED;
        }
        for (int i = 2; !isAuth && i + 2 < shown.length; i++) {
            if (Ascii.is(args[i], "auth")) {
                shown[i + 1] = REDACTED;
                shown[i + 2] = REDACTED;
            }
        }
        return shown;
    }

    private static String line(Session session, byte[][] args, ServerView server) {
        Instant now = server.clock().instant();
        StringBuilder line = new StringBuilder();
        line.append(now.getEpochSecond()).append('.');
        line.append(String.format("%06d", now.getNano() / 1_000));
        line.append(" [").append(session.db()).append(' ');
        line.append(session.identity().addresses().remote()).append(']');
        for (byte[] arg : args) {
            line.append(" \"");
            append(line, arg);
            line.append('"');
        }
        return line.toString();
    }

    /** As Redis quotes: what is not printable ASCII is escaped. */
    private static void append(StringBuilder line, byte[] arg) {
        for (byte b : arg) {
            switch (b) {
                case '\\', '"' -> line.append('\\').append((char) b);
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                case 7 -> line.append("\\a");
                case '\b' -> line.append("\\b");
                default -> {
                    if (b >= ' ' && b < 127) {
                        line.append((char) b);
                    } else {
                        line.append("\\x").append(HEX.charAt(b >> 4 & 15)).append(HEX.charAt(b & 15));
                    }
                }
            }
        }
    }

    /** For INFO. */
    int count() {
        return inOrder.length;
    }

    /** MONITOR. */
    static void register(CommandTable.Builder table) {
        table.add(
                CommandSpec.named("monitor", 1)
                        .flags(
                                CommandSpec.Flag.ADMIN,
                                CommandSpec.Flag.NOSCRIPT,
                                CommandSpec.Flag.LOADING,
                                CommandSpec.Flag.STALE)
                        .docs("server", "1.0.0", "O(1)", "Shows each command that clients of this node run."),
                (Action.OfSession) (session, args, server) -> {
                    server.commands().monitors().add(session);
                    return Reply.OK;
                });
    }
}
