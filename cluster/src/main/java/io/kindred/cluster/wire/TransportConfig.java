package io.kindred.cluster.wire;

import java.util.concurrent.TimeUnit;

/**
 * The transport's limits.
 *
 * @param frameBytesMax a longer message is not sent, and a peer that announces one is cut
 * @param queueBytesMax what may wait for one peer; a request past it is shed. Answers and acknowledgements have as much
 *     room again
 * @param pendingMax accepted connections that have not proven themselves yet; past it an older one makes room for a newer
 * @param handshakeTimeoutNanos from the first byte of the connection to the last of the handshake
 */
public record TransportConfig(
        int frameBytesMax,
        int queueBytesMax,
        int pendingMax,
        long handshakeTimeoutNanos,
        Backoff backoff,
        WireVersions versions) {

    public static final TransportConfig DEFAULT = new TransportConfig(
            MessageCodec.FRAME_BYTES_MAX,
            64 << 20,
            64,
            TimeUnit.SECONDS.toNanos(3),
            new Backoff(50, 500),
            WireVersions.CURRENT);

    /** For a node with such a heap. */
    public static TransportConfig forHeap(long heapBytes) {
        int queueBytes = (int) Math.max(16 << 20, Math.min(64 << 20, heapBytes / 16));
        return new TransportConfig(
                DEFAULT.frameBytesMax,
                queueBytes,
                DEFAULT.pendingMax,
                DEFAULT.handshakeTimeoutNanos,
                DEFAULT.backoff,
                DEFAULT.versions);
    }

    /** Past so much that waits for a peer, what it wants to read waits to be read. */
    int easyBytes() {
        return queueBytesMax / 2;
    }

    /** Past so much that waits for a peer, it is not told what is published: requests go before. */
    int publicationBytesMax() {
        return queueBytesMax / 8;
    }

    /** The pause after the first failure in a row, and the longest; each is shortened by up to a half, at random. */
    public record Backoff(int firstMillis, int maxMillis) {
        int millis(int failures) {
            return (int) Math.min(maxMillis, (long) firstMillis << Math.min(failures, 20));
        }
    }
}
