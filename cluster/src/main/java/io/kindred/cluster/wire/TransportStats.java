package io.kindred.cluster.wire;

import io.kindred.metrics.MetricFamily;
import io.kindred.metrics.MetricSet;
import io.kindred.metrics.Unit;
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
    public static final MetricSet<TransportStats> METRICS = MetricSet.<TransportStats>of(TransportStats.class)
            .counter(
                    "peer_handshake_failures",
                    "Connections to the cluster port that did not prove themselves a node's.",
                    TransportStats::handshakeFailures)
            .counter(
                    "peer_connections_refused",
                    "Connections to the cluster port that were closed to make room for newer ones.",
                    TransportStats::pendingRefused)
            .gauge(
                    "peer_connections_pending",
                    "Accepted connections that have not proven themselves yet.",
                    TransportStats::pending)
            .counter(
                    "peer_log_lines_left_out",
                    "Lines about connections that had not proven themselves which the log was spared.",
                    TransportStats::linesLeftOut)
            .counter(
                    "peer_corrupt_frames", "Peers that were cut off for what they sent.", TransportStats::corruptFrames)
            .counter(
                    "messages_to_unknown_nodes",
                    "Messages to nodes that there is no connection to.",
                    TransportStats::droppedUnknown)
            .family(new MetricFamily<>(
                    "peer_",
                    "peer_",
                    List.of("peer"),
                    TransportStats::peers,
                    peer -> List.of(peer.label()),
                    PeerStats.METRICS))
            .build();

    /**
     * @param connected whether the outgoing connection carries messages
     * @param queuedBytes given to the outgoing connection, not yet to the kernel
     * @param shed messages not sent because the queue was full
     * @param publicationsShed publications not sent because much else waited in the queue
     * @param unspoken messages not sent because the peer's build does not know them
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
            long publicationsShed,
            long unspoken,
            long dropped,
            long oversized,
            long reconnects,
            long dialFailures) {
        static final MetricSet<PeerStats> METRICS = MetricSet.<PeerStats>of(PeerStats.class)
                .flag("connected", "Whether the connection to the peer carries messages.", PeerStats::connected)
                .gauge(
                        "queued_bytes",
                        Unit.BYTES,
                        "Sent to the peer, and not yet taken by the kernel.",
                        PeerStats::queuedBytes)
                .counter("messages_in", "Messages that came from the peer.", PeerStats::messagesIn)
                .counter("bytes_in", Unit.BYTES, "Bytes that came from the peer.", PeerStats::bytesIn)
                .counter("messages_out", "Messages that were sent to the peer.", PeerStats::messagesOut)
                .counter("bytes_out", Unit.BYTES, "Bytes that were sent to the peer.", PeerStats::bytesOut)
                .counter("shed", "Messages that were not sent because the queue was full.", PeerStats::shed)
                .counter(
                        "publications_shed",
                        "What clients published and was not sent because the queue was an eighth full.",
                        PeerStats::publicationsShed)
                .counter(
                        "unspoken",
                        "Messages that were not sent because the peer's build is too old to know them.",
                        PeerStats::unspoken)
                .counter("dropped", "Messages that were not sent because there was no connection.", PeerStats::dropped)
                .counter(
                        "oversized",
                        "Messages that were not sent because they were longer than a frame.",
                        PeerStats::oversized)
                .counter("reconnects", "Times that the connection was made again.", PeerStats::reconnects)
                .counter("dial_failures", "Times that it could not be made.", PeerStats::dialFailures)
                .build();

        /** Its name; its id, until that is known. */
        String label() {
            return name.isEmpty() ? String.format("%016x", nodeId) : name;
        }
    }
}
