package io.kindred.command;

import static io.kindred.command.CommandSpec.Flag.ALLOW_BUSY;
import static io.kindred.command.CommandSpec.Flag.FAST;
import static io.kindred.command.CommandSpec.Flag.LOADING;
import static io.kindred.command.CommandSpec.Flag.NOSCRIPT;
import static io.kindred.command.CommandSpec.Flag.SKIP_SLOWLOG;
import static io.kindred.command.CommandSpec.Flag.STALE;

import io.kindred.cluster.message.Reply;

/** MULTI, EXEC, DISCARD, WATCH, UNWATCH. What is between MULTI and EXEC is queued by {@link TransactionQueue}. */
final class TransactionCommands {
    private static final Reply NESTED = Reply.error("ERR MULTI calls can not be nested");
    private static final Reply DISCARD_WITHOUT = Reply.error("ERR DISCARD without MULTI");
    private static final Reply EXEC_WITHOUT = Reply.error("ERR EXEC without MULTI");
    private static final Reply WATCH_INSIDE = Reply.error("ERR WATCH inside MULTI is not allowed");
    private static final Reply ABORTED = Reply.error("EXECABORT Transaction discarded because of previous errors.");

    private TransactionCommands() {}

    static void register(CommandTable.Builder table) {
        table.group(TransactionFunction.NAME, TransactionFunction::new);
        table.add(
                spec("multi", "1.2.0", "O(1)", "Queues the commands that follow, for EXEC.")
                        .flags(ALLOW_BUSY),
                (Action.OfSession) TransactionCommands::multi);
        table.add(
                CommandSpec.named("exec", 1)
                        .flags(NOSCRIPT, LOADING, STALE, SKIP_SLOWLOG)
                        .docs(
                                "transactions",
                                "1.2.0",
                                "Depends on commands in the transaction",
                                "Runs what was queued."),
                new Exec());
        table.add(
                spec("discard", "2.0.0", "O(N), N queued commands", "Forgets what was queued.")
                        .flags(ALLOW_BUSY),
                (Action.OfSession) TransactionCommands::discard);
        table.add(
                CommandSpec.named("watch", -2)
                        .flags(NOSCRIPT, LOADING, STALE, FAST, ALLOW_BUSY)
                        .keys(-1, 1, "RO")
                        .docs(
                                "transactions",
                                "2.2.0",
                                "O(1) for each key",
                                "Has EXEC run nothing if a key has changed."),
                new Watch());
        table.add(spec("unwatch", "2.2.0", "O(1)", "Forgets what was watched.").flags(ALLOW_BUSY), (Action.OfSession)
                (session, args, server) -> {
                    session.transaction().unwatch();
                    return Reply.OK;
                });
    }

    private static CommandSpec.Builder spec(String name, String since, String complexity, String summary) {
        return CommandSpec.named(name, 1)
                .flags(NOSCRIPT, LOADING, STALE, FAST)
                .docs("transactions", since, complexity, summary);
    }

    private static Reply multi(Session session, byte[][] args, ServerView server) {
        if (session.transaction().isOpen()) {
            return NESTED;
        }
        session.transaction().open();
        return Reply.OK;
    }

    private static Reply discard(Session session, byte[][] args, ServerView server) {
        if (!session.transaction().isOpen()) {
            return DISCARD_WITHOUT;
        }
        session.transaction().reset();
        return Reply.OK;
    }

    /** All before it are answered, so what was watched is known, and nothing behind it is begun until it is. */
    private record Exec() implements Action.OfCluster {
        @Override
        public boolean writes(Session session) {
            return session.transaction().writes();
        }

        @Override
        public void run(Session session, byte[][] args, ServerView server, ReplySink sink) {
            Transaction transaction = session.transaction();
            if (!transaction.isOpen()) {
                sink.complete(EXEC_WITHOUT);
            } else if (transaction.isRefused()) {
                transaction.reset();
                sink.complete(ABORTED);
            } else {
                new ExecRun(session, server, sink).start();
            }
        }
    }

    private record Watch() implements Action.OfCluster {
        @Override
        public void run(Session session, byte[][] args, ServerView server, ReplySink sink) {
            if (session.transaction().isOpen()) {
                sink.complete(WATCH_INSIDE);
            } else {
                new WatchRun(session, server, args, sink).start();
            }
        }
    }
}
