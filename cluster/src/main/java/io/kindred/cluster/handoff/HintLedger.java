package io.kindred.cluster.handoff;

import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** How much is held for whom, and how old it is. Owned by: the core's thread. */
public final class HintLedger {
    private static final int CLOCK_ENTRY_BYTES = 24;
    private static final int SIBLING_BYTES = 40;

    private final long bytesMax;
    /** By the node that it is held for, in their order. */
    private final TreeMap<Long, Held> held = new TreeMap<>();

    private long hints;
    private long bytes;

    private static final class Held {
        long hints;
        long bytes;
        /** Operations that have been counted already, or are to be, and are not over yet. */
        int underWay;
        /** How often any of it changed. */
        long changes;
        /** Some of them may be lost, and are counted still. */
        boolean inDoubt;
        /** When the oldest sibling of each was written: of each as it was durable last, and as it is to be. */
        final StampCounts oldest;

        Held(StampCounts oldest) {
            this.oldest = oldest;
        }
    }

    /** What is held for one node. */
    public static final class Debt {
        private final long intended;
        private final long hints;
        private final long bytes;
        private final StampCounts oldest;

        private Debt(long intended, Held held) {
            this.intended = intended;
            this.hints = held.hints;
            this.bytes = held.bytes;
            this.oldest = held.oldest.copy();
        }

        public long intended() {
            return intended;
        }

        public long hints() {
            return hints;
        }

        public long bytes() {
            return bytes;
        }
    }

    /**
     * What one hint counts.
     *
     * @param sizeBytes about what it costs, key and container; 0 where there is no hint
     * @param oldestStamp of its siblings; 1, which may be as old as can be, where it has none
     */
    public record Entry(long sizeBytes, long oldestStamp) {
        static final Entry NONE = new Entry(0, 0);

        public static Entry of(RecordKey hintKey, Versions versions) {
            if (versions.isEmpty()) {
                return NONE;
            }
            int siblings = versions.siblings().size();
            long oldest =
                    siblings == 0 ? 1 : versions.siblings().get(siblings - 1).stamp();
            return new Entry(HintLedger.sizeBytes(hintKey, versions), oldest);
        }

        private boolean isNone() {
            return sizeBytes == 0;
        }
    }

    public HintLedger(long bytesMax, List<Debt> recovered) {
        this.bytesMax = bytesMax;
        for (Debt debt : recovered) {
            Held its = new Held(debt.oldest.copy());
            held.put(debt.intended, its);
            count(its, debt.hints, debt.bytes);
        }
    }

    /** About what a hint costs, key and container; 0 for none. The same bytes that it adds, it gives back. */
    static long sizeBytes(RecordKey hintKey, Versions versions) {
        if (versions.isEmpty()) {
            return 0;
        }
        long size =
                hintKey.length() + (long) CLOCK_ENTRY_BYTES * versions.clock().entries();
        for (Sibling sibling : versions.siblings()) {
            byte[] value = sibling.value();
            size += SIBLING_BYTES + (value == null ? 0 : value.length);
        }
        return size;
    }

    boolean hasRoom(long moreBytes) {
        return bytes + moreBytes <= bytesMax;
    }

    /** There is one more hint for a node, durably. */
    public void add(long intended, Entry hint) {
        Held its = of(intended);
        count(its, 1, hint.sizeBytes());
        its.oldest.put(hint.oldestStamp());
    }

    /** A hint for a node is being written; {@link #replaced} follows. */
    void replacing(long intended, Entry before, Entry after) {
        begun(intended);
        Held its = of(intended);
        count(its, before.isNone() ? 1 : 0, after.sizeBytes() - before.sizeBytes());
        its.oldest.put(after.oldestStamp());
    }

    /** @param isDurable false: it was taken back, and what was there before still is */
    void replaced(long intended, Entry before, Entry after, boolean isDurable) {
        Held its = of(intended);
        if (!isDurable) {
            count(its, before.isNone() ? -1 : 0, before.sizeBytes() - after.sizeBytes());
            its.oldest.take(after.oldestStamp());
        } else if (!before.isNone()) {
            its.oldest.take(before.oldestStamp());
        }
        ended(intended);
    }

    /** A hint for a node is being deleted; {@link #deleted} follows. */
    void begun(long intended) {
        of(intended).underWay++;
    }

    /** @param isGone false: it is there still, or is another one by now */
    void deleted(long intended, Entry hint, boolean isGone) {
        if (isGone) {
            Held its = of(intended);
            count(its, -1, -hint.sizeBytes());
            its.oldest.take(hint.oldestStamp());
        }
        ended(intended);
    }

    private void ended(long intended) {
        Held its = of(intended);
        its.underWay--;
        forgetIfEmpty(intended, its);
    }

    private Held of(long intended) {
        return held.computeIfAbsent(intended, id -> new Held(new StampCounts()));
    }

    private void count(Held its, long moreHints, long moreBytes) {
        its.hints += moreHints;
        its.bytes += moreBytes;
        its.changes++;
        hints += moreHints;
        bytes += moreBytes;
    }

    /** Not while something is under way: it gives back what it took. */
    private void forgetIfEmpty(long intended, Held its) {
        if (its.hints == 0 && its.underWay == 0) {
            held.remove(intended);
        }
    }

    /** Hints for a node may be lost that are counted. */
    void doubt(long intended) {
        Held its = held.get(intended);
        if (its != null) {
            its.inDoubt = true;
        }
    }

    /** A number that is another one after each change of what is held for a node. */
    long changes(long intended) {
        Held its = held.get(intended);
        return its == null ? 0 : its.changes;
    }

    /** Nothing was found to be held for a node, by somebody who began to look when {@link #changes} was this. */
    void foundNone(long intended, long changes) {
        Held its = held.get(intended);
        if (its != null && its.inDoubt && its.underWay == 0 && its.changes == changes) {
            count(its, -its.hints, -its.bytes);
            forgetIfEmpty(intended, its);
        }
    }

    /** No hint has a sibling that is older; {@link Long#MAX_VALUE} where there is no hint. */
    public long oldestStamp() {
        long oldest = Long.MAX_VALUE;
        for (Held its : held.values()) {
            oldest = Math.min(oldest, its.oldest.oldest());
        }
        return oldest;
    }

    boolean holdsFor(long intended) {
        Held its = held.get(intended);
        return its != null && its.hints > 0;
    }

    public List<Debt> debts() {
        List<Debt> debts = new ArrayList<>();
        held.forEach((intended, its) -> {
            if (its.hints > 0) {
                debts.add(new Debt(intended, its));
            }
        });
        return debts;
    }

    public long hints() {
        return hints;
    }

    public long bytes() {
        return bytes;
    }
}
