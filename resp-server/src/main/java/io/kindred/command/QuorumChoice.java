package io.kindred.command;

import io.kindred.cluster.message.QuorumSpec;

/**
 * The quorums that a client has chosen with KIN.QUORUM for the commands that follow.
 *
 * <p>Owned by: the connection's loop thread.
 */
public final class QuorumChoice {
    private QuorumSpec spec = QuorumSpec.DEFAULT;

    public QuorumSpec spec() {
        return spec;
    }

    public void choose(QuorumSpec chosen) {
        spec = chosen;
    }

    void reset() {
        spec = QuorumSpec.DEFAULT;
    }
}
