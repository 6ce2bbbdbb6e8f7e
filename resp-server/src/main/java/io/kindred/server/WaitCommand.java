package io.kindred.server;

import io.kindred.cluster.message.Reply;
import io.kindred.command.Action;
import io.kindred.command.Answer;
import io.kindred.command.ClusterPort;
import io.kindred.command.CommandSpec;
import io.kindred.command.CommandTable;
import io.kindred.command.ReplySink;
import io.kindred.command.ServerView;
import io.kindred.command.Session;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * WAIT numreplicas timeout: at how many replicas beside one the connection's last write is. Whoever is asked answers behind
 * what was sent to it before, so the first look mostly finds all that are there; as long as there are too few they are asked
 * again, less and less often, until the timeout.
 *
 * <p>Owned by: the loop thread.
 */
final class WaitCommand {
    private static final long FIRST_LOOK_MILLIS = 10;
    private static final long LAST_LOOK_MILLIS = 1_000;
    private static final Reply NOT_AN_INTEGER = Reply.error("ERR value is not an integer or out of range");
    private static final Reply NOT_A_TIMEOUT = Reply.error("ERR timeout is not an integer or out of range");
    private static final Reply NEGATIVE = Reply.error("ERR timeout is negative");

    private WaitCommand() {}

    static void register(CommandTable.Builder table, EventExecutor loop) {
        table.add(
                CommandSpec.named("wait", 3)
                        .flags(CommandSpec.Flag.NOSCRIPT)
                        .categories("connection")
                        .tips("request_policy:all_shards", "response_policy:agg_min")
                        .docs("generic", "3.0.0", "O(1)", "Waits until replicas have the connection's last write."),
                (Action.OfCluster) (session, args, server, sink) -> run(loop, session, args, server, sink));
    }

    private static void run(EventExecutor loop, Session session, byte[][] args, ServerView server, ReplySink sink) {
        Long wanted = Words.number(args[1]);
        Long timeout = Words.number(args[2]);
        if (wanted == null) {
            sink.complete(NOT_AN_INTEGER);
        } else if (timeout == null) {
            sink.complete(NOT_A_TIMEOUT);
        } else if (timeout < 0) {
            sink.complete(NEGATIVE);
        } else {
            new Look(loop, session, server.cluster(), sink, wanted).begin(timeout);
        }
    }

    private static final class Look {
        private final EventExecutor loop;
        private final Session session;
        private final ClusterPort cluster;
        private final ReplySink sink;
        private final long wanted;
        /** What is queued behind MULTI is run without a slot, and does not wait, as in Redis. */
        private final boolean waits;

        private final int db;
        private final List<byte[]> keys;
        private long pauseMillis = FIRST_LOOK_MILLIS;
        /** Of the look that is under way, and of the last whole one. */
        private long least;

        private long known;
        private int next;
        private boolean isOver;
        private @Nullable Future<?> timer;

        /** What the connection writes behind WAIT is no concern of it. */
        Look(EventExecutor loop, Session session, ClusterPort cluster, ReplySink sink, long wanted) {
            this.loop = loop;
            this.session = session;
            this.cluster = cluster;
            this.sink = sink;
            this.wanted = wanted;
            this.waits = sink instanceof ReplySlot;
            this.db = session.lastWrite().db();
            this.keys = session.lastWrite().keys();
        }

        /** @param timeoutMillis 0: none */
        void begin(long timeoutMillis) {
            if (sink instanceof ReplySlot slot) {
                slot.stepAside();
            }
            if (keys.isEmpty()) {
                end(0);
                return;
            }
            if (waits && timeoutMillis > 0) {
                // A replica that does not answer may take longer than that.
                timer = loop.schedule(() -> end(known), timeoutMillis, TimeUnit.MILLISECONDS);
            }
            look();
        }

        private void end(long replicas) {
            if (isOver) {
                return;
            }
            isOver = true;
            if (timer != null) {
                timer.cancel(false);
            }
            sink.complete(Reply.integer(replicas));
        }

        private void look() {
            if (isOver) {
                return;
            }
            least = Long.MAX_VALUE;
            next = 0;
            lookAtNext();
        }

        private void lookAtNext() {
            cluster.copies(db, keys.get(next++), new Answer<>() {
                @Override
                public void done(Integer copies) {
                    found(copies - 1);
                }

                @Override
                public void failed(String error) {
                    found(0);
                }
            });
        }

        private void found(long others) {
            if (isOver) {
                return;
            }
            least = Math.max(0, Math.min(least, others));
            if (next < keys.size()) {
                lookAtNext();
                return;
            }
            known = least;
            if (known >= wanted || !waits || session.isClosed() || session.hasInputEnded()) {
                end(known);
            } else {
                loop.schedule(this::look, pauseMillis, TimeUnit.MILLISECONDS);
                pauseMillis = Math.min(LAST_LOOK_MILLIS, pauseMillis * 2);
            }
        }
    }
}
