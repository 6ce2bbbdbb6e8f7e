package io.kindred.cluster.quorum;

/**
 * Who waits for an outcome: a client of this node (by its token), or another node that forwarded the operation (by its
 * request id).
 *
 * @param peer 0: a client of this node
 */
public record Origin(long peer, long token) {
    public static Origin client(long token) {
        return new Origin(0, token);
    }

    public boolean isPeer() {
        return peer != 0;
    }
}
