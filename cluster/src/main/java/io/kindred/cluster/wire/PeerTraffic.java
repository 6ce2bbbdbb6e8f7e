package io.kindred.cluster.wire;

/** One peer's counters. Owned by: the event loop. */
final class PeerTraffic {
    long messagesIn;
    long bytesIn;
    long messagesOut;
    long bytesOut;
    /** The queue was full. */
    long shed;
    /** Of what is published, because much else waits. */
    long publicationsShed;
    /** The peer's build does not know such messages. */
    long unspoken;
    /** Not connected. */
    long dropped;
    /** Longer than a frame may be. */
    long oversized;
    /** Times that the outgoing connection was made. */
    long connects;
    /** Attempts that did not make one. */
    long dialFailures;
}
