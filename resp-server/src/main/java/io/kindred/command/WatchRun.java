package io.kindred.command;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.quorum.WatchedState;

/**
 * A WATCH: it reads its keys, one after the other, and remembers how they are. A key that is watched already stays as it was
 * then.
 *
 * <p>Owned by: the session's loop thread.
 */
final class WatchRun {
    /** More are not watched by one connection. */
    static final int KEYS_MAX = 10_000;

    private static final Reply TOO_MANY = Reply.error("ERR a connection watches no more than " + KEYS_MAX + " keys");

    private static final Reply NO_ROOM = Reply.error("OOM this node has no room for more that is watched or queued");

    private final Session session;
    private final ServerView server;
    private final byte[][] args;
    private final ReplySink sink;
    private int next = 1;
    private boolean isReading;
    private boolean isGoingOn;

    WatchRun(Session session, ServerView server, byte[][] args, ReplySink sink) {
        this.session = session;
        this.server = server;
        this.args = args;
        this.sink = sink;
    }

    void start() {
        if (session.transaction().watchedKeys() + args.length - 1 > KEYS_MAX) {
            sink.complete(TOO_MANY);
        } else {
            goOn();
        }
    }

    /** Answers may come from within the asking: this is a loop, which they only wake. */
    private void goOn() {
        if (isGoingOn) {
            return;
        }
        isGoingOn = true;
        while (next < args.length && !isReading) {
            byte[] key = args[next];
            if (session.transaction().isWatched(session.db(), key)) {
                next++;
            } else {
                isReading = true;
                server.keys()
                        .execute(new Operation.Get(session.db(), key), session.quorum(), outcome -> read(key, outcome));
            }
        }
        isGoingOn = false;
        if (next == args.length) {
            next++;
            sink.complete(Reply.OK);
        }
    }

    private void read(byte[] key, Outcome outcome) {
        isReading = false;
        Reply failure = Failures.reply(outcome);
        if (failure != null) {
            next = args.length + 1;
            sink.complete(failure);
            return;
        }
        long state = WatchedState.of(Outcomes.found(outcome), server.clock().millis());
        if (session.subscriptions().isClosed()) {
            // Its connection has ended: nobody would give the room back.
            next = args.length + 1;
            sink.complete(Reply.NIL);
            return;
        }
        if (!session.transaction()
                .watch(session.db(), key, state, server.commands().transactions())) {
            next = args.length + 1;
            sink.complete(NO_ROOM);
            return;
        }
        next++;
        goOn();
    }
}
