package io.kindred.cluster.wire;

/**
 * Why two processes do not talk, in words for the log of both.
 *
 * @param start COPY: of the process that is there; else 0
 */
record HandshakeFailure(Kind kind, String reason, long start) {

    HandshakeFailure(Kind kind, String reason) {
        this(kind, reason, 0);
    }

    enum Kind {
        /** Not a Kindred node, or a damaged frame. */
        GARBAGE,
        VERSION,
        /** The cluster's shared settings differ. */
        SETTINGS,
        SECRET,
        /** Another process with this node's id: a copied data directory. */
        SAME_ID,
        /** Another node with this node's name. */
        SAME_NAME,
        /** This very process, reached through an address of its own. */
        SELF,
        /** The other belongs to another cluster. */
        CLUSTER,
        /** The node that is looked for is another one. */
        MISTAKEN,
        /** The peer is connected to another process with this node's id, which answers. */
        COPY,
        /** A known node, but not on this connection. */
        UNWANTED,
        REFUSED_BY_PEER,
        TIMEOUT,
        /** One of the two speaks TLS and the other does not, or they do not trust each other's certificate. */
        TLS,
        /** Not reached, or the connection broke meanwhile. */
        UNREACHABLE
    }
}
