package io.kindred.cluster.core;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.LocalReplica;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one place where a record of this node is changed: who follows the records is told, the record is written, and who asked
 * is told when it is durable.
 */
final class Records {
    private final Journal journal;
    private final Dots dots;
    private final Visibility visibility;
    /** An array, since it is gone through with every write. */
    private final RecordFollower[] followers;

    /** @param followers in the order in which they are told */
    Records(Journal journal, Dots dots, Visibility visibility, List<RecordFollower> followers) {
        this.journal = journal;
        this.dots = dots;
        this.visibility = visibility;
        this.followers = followers.toArray(RecordFollower[]::new);
    }

    /**
     * Changes a record.
     *
     * @param before what it is now; null where nobody can read it
     * @param after what it will be; empty where it is dropped
     * @param counter of a dot of this node that nobody had seen before; 0: there is none
     * @param step is told when it is durable
     */
    void change(
            RecordKey key,
            @Nullable Versions before,
            Versions after,
            RecordChange.Cause cause,
            long counter,
            LocalReplica.WriteStep step) {
        byte[] value = cause == RecordChange.Cause.DROPPED ? null : VersionsCodec.encode(after);
        if (key.isHint()) {
            journal.persist(key.bytes(), value, 0, 0, new Waiting(key, counter, step, null));
            return;
        }
        RecordChange change = new RecordChange(key, before, after, cause, visibility);
        for (RecordFollower follower : followers) {
            follower.changed(change);
        }
        int countDelta = change.countedAfter() - change.countedBefore();
        journal.persist(key.bytes(), value, countDelta, change.note(), new Waiting(key, counter, step, change.undo()));
    }

    /** Drops a record; {@code before} is null where nobody can read it. */
    void drop(RecordKey key, @Nullable Versions before, LocalReplica.WriteStep step) {
        change(key, before, Versions.EMPTY, RecordChange.Cause.DROPPED, 0, step);
    }

    /** A step that has changed a record. */
    private final class Waiting extends Journal.Entry {
        private final RecordKey key;
        private final long counter;
        private final LocalReplica.WriteStep step;
        private final RecordChange.@Nullable Undo undo;

        Waiting(RecordKey key, long counter, LocalReplica.WriteStep step, RecordChange.@Nullable Undo undo) {
            super(true);
            this.key = key;
            this.counter = counter;
            this.step = step;
            this.undo = undo;
        }

        @Override
        void burn() {
            if (counter > 0) {
                dots.burn(key.partition(), counter);
            }
        }

        @Override
        void undo() {
            if (undo != null) {
                undo.undo();
            }
        }

        @Override
        void done(Verdict verdict) {
            step.done(verdict);
        }
    }

    /** A step that has changed nothing is told when what it saw is durable. */
    void unchanged(LocalReplica.WriteStep step) {
        if (journal.isDurable()) {
            step.done(Verdict.OK);
        } else {
            journal.await(new Unchanged(step));
        }
    }

    private static final class Unchanged extends Journal.Entry {
        private final LocalReplica.WriteStep step;

        Unchanged(LocalReplica.WriteStep step) {
            super(false);
            this.step = step;
        }

        @Override
        void done(Verdict verdict) {
            step.done(verdict);
        }
    }
}
