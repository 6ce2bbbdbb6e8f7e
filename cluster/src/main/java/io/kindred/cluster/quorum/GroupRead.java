package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Guard;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.SizeLimits;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Term;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The reads of a group update, one round a key, all under one term. It ends when all have what they need, or the first has not. */
final class GroupRead {
    /** As a plan of commands on many keys has it. */
    private static final int UNDER_WAY_MAX = 1024;

    private static final int UNDER_WAY_MIN = 8;
    private static final long UNDER_WAY_BYTES = 16 << 20;
    private static final long UNKNOWN_BYTES = 256 << 10;
    /** All that was read is held until the function has run. */
    private static final long FOUND_BYTES_MAX = SizeLimits.FRAME_BYTES_MAX;

    private static final Outcome.Refused TOO_MUCH =
            new Outcome.Refused("OOM the values of the keys of a transaction or script are more than " + FOUND_BYTES_MAX
                    + " bytes together; nothing was applied");

    private final Coordination node;
    private final Route route;
    private final List<RecordKey> keys;
    private final Listener listener;
    private final List<KeyRead> reads = new ArrayList<>();
    private Consumer<RecordKey> begin = key -> {};
    private boolean isBeginning;
    private int ended;
    private long foundBytes;
    private long eachBytes = UNKNOWN_BYTES;
    private int missing;
    private boolean isOver;

    interface Listener {
        /** By key. */
        void read(List<Found> found);

        /** Another node may come to run updates, or has. */
        void outranked(Term shown);

        /**
         * Too few answers.
         *
         * @param isShort whether some of the own replicas are there, and do not count or cannot read
         */
        void failed(String what, boolean isTimeout, boolean isShort);

        /** The same would happen again. */
        void refused(Outcome.Refused why);
    }

    /**
     * What was found of a key.
     *
     * @param answers by place; null: nothing
     * @param isUniform whether all who answered have the same
     * @param isOwnKnown whether this node's own store is among those
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Found(Versions merged, @Nullable Versions[] answers, boolean isUniform, boolean isOwnKnown) {
        /** Nobody was asked, for nobody else has the key. */
        static final Found ALONE = new Found(Versions.EMPTY, new @Nullable Versions[0], true, true);
    }

    /** @param keys of the route's partition */
    GroupRead(Coordination node, Route route, List<RecordKey> keys, Listener listener) {
        this.node = node;
        this.route = route;
        this.keys = keys;
        this.listener = listener;
    }

    /**
     * @param guard null: it is not under a term
     * @param refusal whose nodes are asked in any case
     * @param own whether this node's own store, where a part of the group may be, has to be among those that answer; then
     *     nobody is sent any of what was found, for that would be one record without the others
     */
    void start(Needs needs, @Nullable Guard guard, Refusal refusal, boolean own, long deadlineNanos) {
        missing = keys.size();
        begin = key -> {
            KeyRead read = new KeyRead();
            Route ofKey = routeOf(key);
            ReadRound round = guard == null
                    ? new ReadRound(node, ofKey, needs, read)
                    : ReadRound.under(guard, node, ofKey, needs, read);
            read.round = round;
            reads.add(read);
            if (own) {
                round.withoutRepair();
            }
            round.including(refusal.nodes(), own).start(deadlineNanos);
        };
        beginMore();
    }

    /** As many at a time as their values allow. Answers may come from within the asking: this is a loop, which they only wake. */
    private void beginMore() {
        if (isBeginning) {
            return;
        }
        isBeginning = true;
        while (!isOver && reads.size() < keys.size() && reads.size() - ended < underWayMax()) {
            begin.accept(keys.get(reads.size()));
        }
        isBeginning = false;
    }

    private long underWayMax() {
        return Math.max(UNDER_WAY_MIN, Math.min(UNDER_WAY_MAX, UNDER_WAY_BYTES / Math.max(1, eachBytes)));
    }

    private void ended(Versions found) {
        ended++;
        long bytes = VersionsCodec.sizeBytes(found);
        foundBytes += bytes;
        eachBytes += (bytes - eachBytes) / UNDER_WAY_MIN;
    }

    /** The listener is told nothing any more; what was asked for still repairs. */
    void cancel() {
        isOver = true;
    }

    private Route routeOf(RecordKey key) {
        Route local = node.router().routeOf(key);
        return route.wide() ? node.router().wide(local) : local;
    }

    private final class KeyRead implements ReadRound.Listener {
        private @Nullable ReadRound round;
        private Versions merged = Versions.EMPTY;

        Found found() {
            ReadRound of = round;
            return of == null
                    ? Found.ALONE
                    : new Found(
                            merged,
                            Arrays.copyOf(of.answers(), of.answers().length),
                            of.isUniform(),
                            of.hasOwnAnswer());
        }

        @Override
        public void enough(Versions found) {
            merged = found;
            ended(found);
            if (foundBytes > FOUND_BYTES_MAX) {
                refuse(TOO_MUCH);
            } else if (--missing == 0 && !isOver) {
                isOver = true;
                listener.read(reads.stream().map(KeyRead::found).toList());
            } else {
                beginMore();
            }
        }

        @Override
        public void outranked(Term shown) {
            if (!isOver) {
                isOver = true;
                listener.outranked(shown);
            }
        }

        @Override
        public void tooLarge() {
            refuse(new Outcome.Refused(SiblingLimits.UNREADABLE));
        }

        @Override
        public void unreadable() {
            refuse(Outcome.UNREADABLE);
        }

        private void refuse(Outcome.Refused why) {
            if (!isOver) {
                isOver = true;
                listener.refused(why);
            }
        }

        @Override
        public void failed(int got, int needed, boolean isTimeout) {
            if (!isOver) {
                isOver = true;
                ReadRound of = round;
                boolean isShort = of != null && of.isShort() && !of.isMoved();
                listener.failed("got " + got + " of " + needed + " read answers", isTimeout, isShort);
            }
        }
    }
}
