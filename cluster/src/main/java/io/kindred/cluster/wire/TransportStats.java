package io.kindred.cluster.wire;

import java.util.List;

/**
 * What the transport has done so far.
 *
 * @param peers by node id, unsigned
 * @param handshakeFailures of connections that others made to this node
 * @param pendingRefused connections that had not proven themselves and were closed to make room for newer ones
 * @param pending accepted connections that have not proven themselves yet
 * @param linesLeftOut lines about connections that had not proven themselves which the log was spared
 * @param corruptFrames peers cut because of what they sent after the handshake
 * @param droppedUnknown messages to nodes that there is no connection to, and that none is kept to
 */
public record TransportStats(
        List<PeerStats> peers,
        long handshakeFailures,
        long pendingRefused,
        int pending,
        long linesLeftOut,
        long corruptFrames,
        long droppedUnknown) {

    /**
     * @param connected whether the outgoing connection carries messages
     * @param queuedBytes given to the outgoing connection, not yet to the kernel
     * @param shed messages not sent because the queue was full
     * @param dropped messages not sent because there was no connection
     * @param oversized messages not sent because they were longer than a frame
     * @param reconnects times that the outgoing connection was made again
     */
    public record PeerStats(
            long nodeId,
            String name,
            boolean connected,
            long queuedBytes,
            long messagesIn,
            long bytesIn,
            long messagesOut,
            long bytesOut,
            long shed,
            long dropped,
            long oversized,
            long reconnects,
            long dialFailures) {}
}
