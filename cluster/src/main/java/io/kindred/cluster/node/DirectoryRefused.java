package io.kindred.cluster.node;

import java.io.IOException;

/** A data directory that this process must not use; the message names it and says why, and what to do. */
public final class DirectoryRefused extends IOException {

    private static final long serialVersionUID = 1;

    DirectoryRefused(String message) {
        super(message);
    }
}
