package io.kindred.cluster.core;

import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.CorruptRecordException;
import java.util.TreeSet;

/**
 * Records of this node whose bytes are there and make no sense. Whoever comes upon one tells of it here, and goes on with
 * its neighbours; what heals it (the other replicas, an exchange in place of a hint) is told of its key.
 *
 * <p>A <em>lost</em> one is a record that no replica can read: each of the others has said so, or there is no other. There
 * is nothing left to wait for, so a write that does not need the old value replaces it, and a flush takes it along. Until
 * then a write is refused: the value of an acknowledged write may be at one other replica only, and a record that was
 * written over would answer in its stead. Being lost is found out anew after a start.
 *
 * <p>Owned by: the core's thread.
 */
final class UnreadableRecords {
    /** More are not remembered: they are found again when these are mended or replaced. */
    private static final int LOST_MAX = 10_000;

    private static final long NOTE_NANOS = 1_000_000_000L;

    private final CoreOutput output;
    private final Clocks clocks;
    private final TreeSet<RecordKey> lost = new TreeSet<>();
    private Healer healer = (key, isSenseless) -> {};
    private long encounters;
    private long unnoted;
    private long notedNanos;
    private boolean isNoted;

    UnreadableRecords(CoreOutput output, Clocks clocks) {
        this.output = output;
        this.clocks = clocks;
    }

    /** Makes good what cannot be read, or finds out that nobody can read it. */
    interface Healer {
        /** @param isSenseless the record is there, and cannot be decoded; else the engine could not give it */
        void heal(RecordKey storageKey, boolean isSenseless);
    }

    void healer(Healer told) {
        healer = told;
    }

    /** The log gets a line a second at most; the count has all of them. */
    void found(RecordKey storageKey, CorruptRecordException damage) {
        encounters++;
        if (isNoted && clocks.nanos() - notedNanos < NOTE_NANOS) {
            unnoted++;
        } else {
            String what = storageKey.isHint() ? "a hint" : "the record of a key";
            String others = unnoted == 0 ? "" : " (and " + unnoted + " times since the last such line)";
            output.effects()
                    .warn(what + " of partition " + storageKey.partition() + " cannot be read: " + damage.getMessage()
                            + others);
            unnoted = 0;
            notedNanos = clocks.nanos();
            isNoted = true;
        }
        healer.heal(storageKey, true);
    }

    /** The engine could not give it: whether it makes sense is not known. */
    void notGiven(RecordKey storageKey) {
        healer.heal(storageKey, false);
    }

    /** No replica can read it. */
    void lost(RecordKey storageKey) {
        if (lost.size() < LOST_MAX && lost.add(storageKey)) {
            output.effects()
                    .warn("the record of a key of partition " + storageKey.partition()
                            + " cannot be read at any replica: reads of it fail until SET, DEL or FLUSHALL"
                            + " replaces it");
        }
    }

    boolean isLost(RecordKey storageKey) {
        return !lost.isEmpty() && lost.contains(storageKey);
    }

    /** Something that can be read is in its place, or nothing. */
    void replaced(RecordKey storageKey) {
        lost.remove(storageKey);
    }

    int lostCount() {
        return lost.size();
    }

    /** How often one was come upon. */
    long encounters() {
        return encounters;
    }
}
