package io.kindred.command;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.QuorumSpec;

/** Runs operations on keys, wherever these live. */
@FunctionalInterface
public interface KeyPort {
    void execute(Operation operation, QuorumSpec quorum, OutcomeCallback callback);

    /** Whether every operation is coordinated here, so that none overtakes another. */
    default boolean isLocal() {
        return true;
    }

    /** The node that would coordinate this operation now; two operations on a key keep their order if it is the same. */
    default long coordinatorOf(Operation operation) {
        return 0;
    }
}
