package io.kindred.command;

/** Starts a command that may begin now: each kind in its own way. */
final class CommandStart {
    private CommandStart() {}

    /** Requires: that the command does something, and has passed the gates. */
    static void start(CommandTable.Command command, Session session, byte[][] args, ServerView server, ReplySink sink) {
        Action action = command.action();
        if (action instanceof Action.OfKey ofKey) {
            new KeyRequest(ofKey, args, session, server, sink).start();
        } else if (action instanceof Action.OfSession ofSession) {
            sink.complete(ofSession.run(session, args, server));
        } else if (action instanceof Action.OfNode ofNode) {
            sink.complete(ofNode.run(session, args, server));
        } else if (action instanceof Action.OfKeys ofKeys) {
            start(command.spec(), ofKeys, session, args, server, sink);
        } else if (action instanceof Action.OfTurn ofTurn) {
            ofTurn.start(session, args, server, sink);
        } else if (action instanceof Action.OfKeyspace ofKeyspace) {
            ofKeyspace.run(session, args, server, sink);
        } else if (action instanceof Action.OfCluster ofCluster) {
            ofCluster.run(session, args, server, sink);
        } else {
            throw new IllegalStateException(command.spec().name() + " does nothing");
        }
    }

    private static void start(
            CommandSpec spec, Action.OfKeys ofKeys, Session session, byte[][] args, ServerView server, ReplySink sink) {
        Action.OfKey single = ofKeys.single(args);
        if (single != null) {
            new KeyRequest(single, args, session, server, sink).start();
        } else {
            new PlanRun(spec, ofKeys, args, session, server, sink).start();
        }
    }
}
