package io.kindred.command;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.OutcomeCallback;
import io.kindred.cluster.message.QuorumSpec;

/** Runs operations on keys, wherever these live. */
@FunctionalInterface
public interface KeyPort {
    void execute(Operation operation, QuorumSpec quorum, OutcomeCallback callback);

    /** Says which keys are asked for next, in their order, most likely: the first {@code count}. They are looked up together. */
    default void foresee(int db, byte[][] keys, int count) {}

    /**
     * Whether this node is the only one, so that whatever is sent takes effect in the order in which it was sent, reads and
     * writes.
     */
    default boolean isAlone() {
        return true;
    }

    /** Keys with one number are changed together by a group update; they are in one partition. */
    default int groupOf(byte[] key) {
        return 0;
    }

    /**
     * Whether this node would coordinate a write of this key now, and go on to: all that it coordinates of one key, with
     * quorums of one scope, takes effect in the order in which it was sent.
     *
     * @param update whether it is a read-modify-write
     */
    default boolean isCoordinatedHere(int db, byte[] key, boolean update) {
        return true;
    }
}
