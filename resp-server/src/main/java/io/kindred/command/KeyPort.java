package io.kindred.command;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.QuorumSpec;

/** Runs operations on keys, wherever these live. */
@FunctionalInterface
public interface KeyPort {
    void execute(Operation operation, QuorumSpec quorum, OutcomeCallback callback);
}
