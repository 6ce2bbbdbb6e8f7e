package io.kindred.cluster.core;

import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;
import org.jspecify.annotations.Nullable;

/** What a key's record was and will be, in the commit that is being made; never of a hint. */
// Identity is asked only to skip work.
@SuppressWarnings("ReferenceEquality")
final class RecordChange {
    /** Why it changes. */
    enum Cause {
        /** A write, or whatever else was joined: a repair, a hint that came, an exchange. */
        WRITTEN,
        /** The container goes: it was flushed, reaped, or its partition given up. */
        DROPPED,
        /** Other replicas have told what a record held that cannot be read here. */
        MENDED
    }

    private final RecordKey key;
    private final @Nullable Versions before;
    private final Versions after;
    private final Cause cause;
    private final @Nullable Sibling winnerBefore;
    private final @Nullable Sibling winnerAfter;
    private final boolean wasHidden;
    private @Nullable Undo undo;
    private long note;

    /** Takes back what a follower has changed of its own. */
    interface Undo {
        void undo();
    }

    /**
     * @param before null where the record cannot be read, so nobody knows what it was
     * @param after empty where it is dropped
     */
    RecordChange(RecordKey key, @Nullable Versions before, Versions after, Cause cause, Visibility visibility) {
        this.key = key;
        this.before = before;
        this.after = after;
        this.cause = cause;
        this.winnerBefore = before == null ? null : counting(key, before);
        this.winnerAfter = counting(key, after);
        this.wasHidden = before != null && winnerBefore != null && isHidden(key, before, visibility);
    }

    private static boolean isHidden(RecordKey key, Versions before, Visibility visibility) {
        Versions seen = visibility.visible(key, before);
        return seen != before && counting(key, seen) == null;
    }

    /** The winner of what the engine counts, the heads of keys; null: it counts as nothing. */
    private static @Nullable Sibling counting(RecordKey key, Versions versions) {
        return key.hasElement() ? null : versions.winner();
    }

    RecordKey key() {
        return key;
    }

    /** Null: the record cannot be read, and it counts as one with a value, as most are. */
    @Nullable
    Versions before() {
        return before;
    }

    /** Empty: it is dropped. */
    Versions after() {
        return after;
    }

    Cause cause() {
        return cause;
    }

    /** The version by which the record is counted now; null: it is not, or nobody knows. */
    @Nullable
    Sibling winnerBefore() {
        return winnerBefore;
    }

    /** The version by which it will be counted; null: it will not be. */
    @Nullable
    Sibling winnerAfter() {
        return winnerAfter;
    }

    /** Whether a flush has hidden what counted before. */
    boolean wasHidden() {
        return wasHidden;
    }

    /** How many keys the record counts as before; what is mended keeps its count, whatever it was. */
    int countedBefore() {
        if (before == null) {
            return cause == Cause.MENDED ? countedAfter() : key.hasElement() ? 0 : 1;
        }
        return winnerBefore == null ? 0 : 1;
    }

    int countedAfter() {
        return winnerAfter == null ? 0 : 1;
    }

    /** What the log is to keep beside the record: by how much it changes the sum of its partition's trees. */
    void note(long treeDifference) {
        note = treeDifference;
    }

    long note() {
        return note;
    }

    /** Is run if the engine undoes the change. */
    void ifUndone(Undo each) {
        Undo earlier = undo;
        undo = earlier == null
                ? each
                : () -> {
                    earlier.undo();
                    each.undo();
                };
    }

    /** Null: nothing is to be taken back. */
    @Nullable
    Undo undo() {
        return undo;
    }
}
