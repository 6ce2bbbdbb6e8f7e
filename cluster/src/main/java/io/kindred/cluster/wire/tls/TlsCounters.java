package io.kindred.cluster.wire.tls;

/**
 * What became of the connections to one kind of port (clients', or nodes'), since the start.
 *
 * <p>Owned by: the event loop.
 */
public final class TlsCounters {
    private long handshakes;
    private long handshakeFailures;
    private long handshakeTimeouts;
    private long plainRefused;
    private long broken;

    TlsCounters() {}

    /** Handshakes that came to their end. */
    public long handshakes() {
        return handshakes;
    }

    /** Handshakes that did not, for whatever reason but time. */
    public long handshakeFailures() {
        return handshakeFailures;
    }

    /** Connections that had come to no handshake's end within the time there is for it. */
    public long handshakeTimeouts() {
        return handshakeTimeouts;
    }

    /** Connections that began with something else than TLS. */
    public long plainRefused() {
        return plainRefused;
    }

    /** Connections that were cut for what came after the handshake: a record that was no record, an alert. */
    public long broken() {
        return broken;
    }

    void countHandshake() {
        handshakes++;
    }

    void countFailure() {
        handshakeFailures++;
    }

    void countTimeout() {
        handshakeTimeouts++;
    }

    void countPlain() {
        plainRefused++;
    }

    void countBroken() {
        broken++;
    }
}
