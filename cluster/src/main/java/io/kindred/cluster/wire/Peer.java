package io.kindred.cluster.wire;

import org.jspecify.annotations.Nullable;

/** All that the transport has of one other node. Owned by: the event loop. */
final class Peer {

    private final long nodeId;
    private final PeerTraffic traffic = new PeerTraffic();
    private String name = "";
    private @Nullable Dialer dialer;
    private @Nullable Connection accepted;
    private boolean isAsked;
    private boolean hasAnswered;
    private long messagesBefore;

    Peer(long nodeId) {
        this.nodeId = nodeId;
    }

    long nodeId() {
        return nodeId;
    }

    PeerTraffic traffic() {
        return traffic;
    }

    void setName(String newName) {
        name = newName;
    }

    @Nullable
    Dialer dialer() {
        return dialer;
    }

    void setDialer(@Nullable Dialer newDialer) {
        dialer = newDialer;
    }

    @Nullable
    Connection accepted() {
        return accepted;
    }

    void setAccepted(@Nullable Connection connection) {
        accepted = connection;
        if (connection == null) {
            forgetAnswer();
        }
    }

    /** A connection with another process of this node; null: there is none. */
    @Nullable
    Connection ofAnotherProcess(long instance) {
        Connection in = accepted;
        if (in != null && in.peer().instance() != instance) {
            return in;
        }
        Connection out = dialer == null ? null : dialer.open();
        return out != null && out.peer().instance() != instance ? out : null;
    }

    /** It is asked whether it is there, for a while; true: it was not being asked already. */
    boolean beginAsking() {
        if (isAsked) {
            return false;
        }
        isAsked = true;
        messagesBefore = traffic.messagesIn;
        return true;
    }

    /** Whether it has answered since, or did the last time. */
    boolean answers() {
        return hasAnswered || (isAsked && traffic.messagesIn > messagesBefore);
    }

    /** The time to answer is over; true: it has. */
    boolean endAsking() {
        isAsked = false;
        hasAnswered = traffic.messagesIn > messagesBefore;
        return hasAnswered;
    }

    /** Whoever has answered is not connected any more. */
    void forgetAnswer() {
        hasAnswered = false;
    }

    boolean connectedBesides(Dialer other) {
        return dialer != null && dialer != other && dialer.isOpen();
    }

    boolean isForgotten() {
        return dialer == null && accepted == null;
    }

    /**
     * What carries messages to this node: the outgoing connection. While there is none (it is no member, or only just one,
     * or has come back and not been reached yet) its own connection to us does, so that it can be answered.
     */
    @Nullable
    Connection way() {
        Connection outgoing = dialer == null ? null : dialer.open();
        return outgoing != null ? outgoing : accepted;
    }

    TransportStats.PeerStats stats() {
        Connection way = dialer == null ? null : dialer.open();
        return new TransportStats.PeerStats(
                nodeId,
                name,
                way != null,
                way == null ? 0 : way.queuedBytes(),
                traffic.messagesIn,
                traffic.bytesIn,
                traffic.messagesOut,
                traffic.bytesOut,
                traffic.shed,
                traffic.publicationsShed,
                traffic.unspoken,
                traffic.dropped,
                traffic.oversized,
                Math.max(0, traffic.connects - 1),
                traffic.dialFailures);
    }
}
