package io.kindred.command;

import io.kindred.cluster.message.Reply;

/**
 * Runs commands: finds each in the table, checks that it may run, starts it. A reply comes at once or later, on the
 * same thread, exactly once; only SHUTDOWN gives none. A command that has to wait, for those before it or for the storage,
 * is not started: the session knows, and it is run again.
 *
 * <p>Owned by: one loop thread.
 */
public final class CommandDispatcher {
    private static final Reply NO_AUTH = Reply.error("NOAUTH Authentication required.");
    private static final Reply LOADING =
            Reply.error("LOADING Kindred is loading its data or joining its ring; try again soon");

    private final CommandTable table;
    private final ServerView server;
    private long commandsProcessed;

    public CommandDispatcher(ServerView server) {
        this.table = server.commands();
        this.server = server;
    }

    /** How many commands were started; a refused one is not counted. */
    public long commandsProcessed() {
        return commandsProcessed;
    }

    /**
     * Says which commands are run next: the first {@code count}. Mostly the argument behind a command's name is a key; where it is
     * none, it has been looked up for nothing.
     */
    public void foresee(Session session, byte[][][] commands, int count) {
        if (server.settings().loading()) {
            return;
        }
        byte[][] keys = new byte[count][];
        int found = 0;
        for (int i = 0; i < count; i++) {
            if (commands[i].length > 1) {
                keys[found++] = commands[i][1];
            }
        }
        server.keys().foresee(session.db(), keys, found);
    }

    /** Requires: at least one argument. */
    public void run(Session session, byte[][] args, ReplySink sink) {
        CommandTable.Command command = table.lookup(args);
        if (command == null) {
            sink.complete(table.unknown(args));
            return;
        }
        CommandSpec spec = command.spec();
        Action action = command.action();
        if (!spec.fits(args.length) || action == null) {
            refuse(command, CommandTable.wrongArity(spec), sink);
            return;
        }
        session.running(spec);
        if (!session.authenticated() && !spec.has(CommandSpec.Flag.NO_AUTH)) {
            refuse(command, NO_AUTH, sink);
            return;
        }
        if (spec.hasKeyLongerThan(server.settings().keyBytesMax(), args)) {
            refuse(command, Errors.KEY_TOO_LONG, sink);
            return;
        }
        if (server.settings().loading() && !mayRunBefore(spec)) {
            String why = server.settings().whyLoading();
            refuse(command, why.isEmpty() ? LOADING : Reply.error("LOADING " + why), sink);
            return;
        }
        if (action.isAlone() && !session.runAlone()) {
            return;
        }
        if (spec.has(CommandSpec.Flag.WRITE) && !session.mayWrite()) {
            return;
        }
        if (spec.has(CommandSpec.Flag.READONLY) && !session.mayRead()) {
            return;
        }
        commandsProcessed++;
        session.started(command.calls());
        start(spec, action, session, args, sink);
    }

    /** It is not started, and counted as such. */
    private static void refuse(CommandTable.Command command, Reply why, ReplySink sink) {
        command.calls().reject();
        sink.complete(why);
    }

    /**
     * A node that joins can be told whose place to take, and one that does not serve can be asked what it waits for. All else
     * has to wait: an answer would be a guess.
     */
    private boolean mayRunBefore(CommandSpec spec) {
        if (spec.name().equals("kin.health")) {
            return true;
        }
        boolean isAboutTheNode =
                spec.name().equals("kin.replace") || spec.name().equals("info");
        return isAboutTheNode && server.cluster().isOpen();
    }

    private void start(CommandSpec spec, Action action, Session session, byte[][] args, ReplySink sink) {
        if (action instanceof Action.OfKey ofKey) {
            new KeyRequest(ofKey, args, session, server, sink).start();
        } else if (action instanceof Action.OfSession ofSession) {
            sink.complete(ofSession.run(session, args, server));
        } else if (action instanceof Action.OfNode ofNode) {
            sink.complete(ofNode.run(session, args, server));
        } else if (action instanceof Action.OfKeys ofKeys) {
            Action.OfKey single = ofKeys.single(args);
            if (single != null) {
                new KeyRequest(single, args, session, server, sink).start();
                return;
            }
            new PlanRun(spec, ofKeys, args, session, server, sink).start();
        } else if (action instanceof Action.OfKeyspace ofKeyspace) {
            ofKeyspace.run(session, args, server, sink);
        } else {
            ((Action.OfCluster) action).run(session, args, server, sink);
        }
    }
}
