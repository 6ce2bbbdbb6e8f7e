package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * This node's copy of a key. Steps on one key run one after the other, each on the state that the one before it left,
 * durable or not.
 */
public interface LocalReplica {
    void read(RecordKey storageKey, ReadStep step);

    void write(RecordKey storageKey, WriteStep step);

    /** Runs one step on several keys at once. Requires: that they are different ones. */
    void writeAll(List<RecordKey> keys, JointStep step);

    /**
     * A dot that was never given before, for a write of this key; to be called from within {@link WriteStep#next} only.
     *
     * @param context what the write supersedes: a counter that it names was given, whatever this replica remembers
     */
    Dot nextDot(RecordKey storageKey, VersionVector held, VersionVector context);

    /**
     * A dot for a write of this key that another node makes; to be called from within {@link WriteStep#next} only. It
     * comes back in a container, or never does.
     */
    Dot lendDot(RecordKey storageKey, VersionVector held, VersionVector context);

    /** As {@link #lendDot}, where this node is no replica of the key. */
    Dot lendDotAsStandIn(RecordKey storageKey, VersionVector held, VersionVector context);

    /** Deletes a container if it still is what the caller has seen of it. {@code done}: durably gone, or changed. */
    void dropIf(RecordKey storageKey, Versions seen, Dropped done);

    /** Deletes a hint that cannot be decoded; one that can be is left. */
    default void dropUnreadableHint(RecordKey hintKey) {}

    /** At or below this stamp the past of the key's partition is settled: tombstones may be gone. 0: nothing is. */
    long reapMark(RecordKey storageKey);

    interface Dropped {
        /** {@code dropped}: false where it has changed since. */
        void done(Verdict verdict, boolean dropped);
    }

    /** What is to be done with a key once its state is known. */
    sealed interface Step permits ReadStep, WriteStep {}

    non-sealed interface ReadStep extends Step {
        /** {@code versions} is null exactly when the verdict is not {@code OK}. */
        void loaded(Verdict verdict, @Nullable Versions versions);
    }

    non-sealed interface WriteStep extends Step {
        /** The container to store instead of {@code current}; null to leave it as it is. */
        @Nullable
        Versions next(Versions current);

        /** What it holds while it waits for the disk, where somebody else than a client of this node made it. */
        default long weightBytes() {
            return 0;
        }

        /** What {@link #next} left is durable ({@code OK}), or was undone. */
        void done(Verdict verdict);

        /**
         * Whether the step does right where nothing is known of the key: it may then replace a record that no replica can
         * read, which it sees as {@link Versions#EMPTY}. Another step fails there with {@code UNREADABLE}.
         */
        default boolean isBlind() {
            return false;
        }
    }

    /** What is to be done with several keys at once: none of their other steps comes between, and all is written in one commit. */
    interface JointStep {
        /**
         * The containers to store, in the order of the keys; null, or null in place of one: it is left as it is.
         *
         * @param current what the keys have, in their order
         */
        @Nullable
        List<@Nullable Versions> next(List<Versions> current);

        /** As {@link WriteStep#weightBytes}. */
        default long weightBytes() {
            return 0;
        }

        /** What {@link #next} left is durable ({@code OK}), or all of it was undone, or nothing was done. */
        void done(Verdict verdict);
    }
}
