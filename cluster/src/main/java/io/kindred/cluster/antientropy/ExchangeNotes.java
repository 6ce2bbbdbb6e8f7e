package io.kindred.cluster.antientropy;

import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Says in the log what exchanges have moved. While a node catches up there may be hundreds of them: the first one that moves
 * something is told at once, what follows in one line for a while.
 */
final class ExchangeNotes {
    /** What moves with one node is told of at most so often. */
    static final long AGAIN_NANOS = 60_000_000_000L;

    private final Consumer<String> note;
    /** By node. */
    private final TreeMap<Long, Sum> sums = new TreeMap<>();

    /** What was not told yet. */
    private static final class Sum {
        private final long toldNanos;
        private long exchanges;
        private long sent;
        private long taken;

        private Sum(long toldNanos) {
            this.toldNanos = toldNanos;
        }
    }

    ExchangeNotes(Consumer<String> note) {
        this.note = note;
    }

    /** An exchange has ended, whether or not it has moved anything. */
    void ended(long peer, String name, ExchangeTally tally, long nowNanos) {
        Sum sum = sums.get(peer);
        boolean moved = tally.keysSent + tally.keysTaken > 0;
        if (sum == null && !moved) {
            return;
        }
        Sum all = sum == null ? new Sum(nowNanos - AGAIN_NANOS) : sum;
        all.exchanges += moved ? 1 : 0;
        all.sent += tally.keysSent;
        all.taken += tally.keysTaken;
        if (nowNanos - all.toldNanos < AGAIN_NANOS) {
            return;
        }
        if (all.exchanges == 0) {
            sums.remove(peer);
            return;
        }
        String many = all.exchanges == 1 ? "" : ", in " + all.exchanges + " exchanges";
        note.accept("exchanged " + all.sent + " keys to and " + all.taken + " keys from " + name + many);
        sums.put(peer, new Sum(nowNanos));
    }
}
