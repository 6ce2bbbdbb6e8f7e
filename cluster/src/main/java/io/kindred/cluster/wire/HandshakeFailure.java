package io.kindred.cluster.wire;

/** Why two processes do not talk, in words for the log of both. */
record HandshakeFailure(Kind kind, String reason) {

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
        /** A known node, but not on this connection. */
        UNWANTED,
        REFUSED_BY_PEER,
        TIMEOUT,
        /** Not reached, or the connection broke meanwhile. */
        UNREACHABLE
    }
}
