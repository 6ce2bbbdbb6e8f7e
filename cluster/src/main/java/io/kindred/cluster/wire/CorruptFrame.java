package io.kindred.cluster.wire;

/**
 * Bytes from a peer that are no frame of ours. Checked, because whoever reads a peer's bytes has to decide what becomes
 * of the connection; without a stack trace, because a peer chooses how often it is thrown.
 */
public final class CorruptFrame extends Exception {

    private static final long serialVersionUID = 1;

    CorruptFrame(String what) {
        super(what, null, false, false);
    }
}
