package io.kindred.cluster.wire;

import io.kindred.cluster.message.Message;
import io.netty.channel.ChannelFuture;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes one outgoing connection, and makes it again whenever it is lost, until it is retired. IDLE goes to DIALING goes
 * to OPEN or WAITING; OPEN and WAITING go back to DIALING; all end in RETIRED.
 *
 * <p>A member's dialer knows whom to find; a seed's learns it from the handshake, anew with each connection.
 *
 * <p>Owned by: the event loop.
 */
final class Dialer implements Connection.Owner, HostResolver.Callback {

    private static final System.Logger LOG = System.getLogger(Dialer.class.getName());

    private enum State {
        IDLE,
        DIALING,
        OPEN,
        WAITING,
        RETIRED
    }

    private final PeerTransport transport;
    private String host;
    private int port;
    private State state = State.IDLE;
    private @Nullable Connection connection;
    private @Nullable ScheduledFuture<?> retry;
    /** Who is at the other end: a member's from the start, a seed's once it has said so. */
    private @Nullable Peer peer;

    private boolean member;
    private int failures;
    private String lastReason = "";

    private Dialer(PeerTransport transport, String host, int port) {
        this.transport = transport;
        this.host = host;
        this.port = port;
    }

    static Dialer ofSeed(PeerTransport transport, String host, int port) {
        return new Dialer(transport, host, port);
    }

    static Dialer ofMember(PeerTransport transport, Peer peer, String host, int port) {
        Dialer dialer = new Dialer(transport, host, port);
        dialer.peer = peer;
        dialer.member = true;
        return dialer;
    }

    boolean isMember() {
        return member;
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    @Nullable
    Connection open() {
        return state == State.OPEN ? connection : null;
    }

    /** The member list now says who and where this is; an open connection stays as it is. */
    void becomeMember(String memberHost, int memberPort) {
        boolean moved = !memberHost.equals(host) || memberPort != port;
        member = true;
        host = memberHost;
        port = memberPort;
        if (moved && state == State.WAITING) {
            failures = 0;
            dial();
        }
    }

    /** Is the dialer of the member that another one was of. */
    void replace(Dialer other) {
        becomeMember(other.host, other.port);
    }

    /** The peer has just come to us, so it can be reached now. */
    void hurry() {
        if (state == State.WAITING) {
            dial();
        }
    }

    /** An open connection that has fallen silent is given up, whatever the kernel still hopes for. */
    void redial() {
        Connection silent = connection;
        if (state == State.OPEN && silent != null) {
            silent.abandon();
            closed(silent, "it has fallen silent", false);
        }
    }

    void dial() {
        if (state == State.RETIRED) {
            return;
        }
        cancelRetry();
        state = State.DIALING;
        transport.resolver().resolve(host, port, this);
    }

    /** Ends for good and tells nobody. */
    void retire() {
        state = State.RETIRED;
        cancelRetry();
        if (connection != null) {
            connection.abandon();
            connection = null;
        }
    }

    // --- on the way ---

    @Override
    public void resolved(InetSocketAddress address) {
        if (state != State.DIALING) {
            return;
        }
        Connection made = new Connection(this, transport.config(), true);
        connection = made;
        ChannelFuture connecting = transport.connect(address, made);
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                made.unreachable(String.valueOf(done.cause().getMessage()));
            }
        });
    }

    @Override
    public void failed(String why) {
        if (state == State.DIALING) {
            retryAfter(new HandshakeFailure(HandshakeFailure.Kind.UNREACHABLE, why));
        }
    }

    @Override
    public Handshake handshake() {
        Peer known = peer;
        return Handshake.dialing(
                transport.self(),
                transport.config().versions(),
                transport.nonce(),
                this::objection,
                known == null || !member ? 0 : known.nodeId());
    }

    private @Nullable String objection(RemoteNode found) {
        if (peer != null && member && found.nodeId() != peer.nodeId()) {
            return "node " + RemoteNode.idText(peer.nodeId()) + " should be at " + where() + ", but " + found
                    + " answers";
        }
        if (peer != null && member) {
            return transport.objection(found);
        }
        Peer known = transport.peer(found.nodeId());
        return known != null && known.connectedBesides(this) ? "already connected to " + found : null;
    }

    @Override
    public void opened(Connection opened, RemoteNode found) {
        String another = member ? transport.objection(found) : null;
        if (another != null) {
            // It has come in between.
            opened.abandon();
            connection = null;
            retryAfter(new HandshakeFailure(HandshakeFailure.Kind.UNWANTED, another));
            return;
        }
        state = State.OPEN;
        failures = 0;
        lastReason = "";
        LOG.log(System.Logger.Level.INFO, "connected to {0} at {1}", found, where());
        transport.seedLetsIn(where());
        peer = transport.dialerOpened(this, peer, found, opened);
    }

    @Override
    public void received(Connection from, List<Message> messages) {
        transport.received(from, messages);
    }

    // --- failures ---

    @Override
    public void failed(Connection failed, HandshakeFailure failure) {
        if (state == State.DIALING && failed == connection) {
            connection = null;
            Peer refusing = peer;
            if (failure.kind() == HandshakeFailure.Kind.COPY && refusing != null) {
                transport.refused(refusing.nodeId(), failure);
            }
            boolean needless =
                    failure.kind() == HandshakeFailure.Kind.SELF || failure.kind() == HandshakeFailure.Kind.UNWANTED;
            if (needless && !member) {
                LOG.log(System.Logger.Level.INFO, "seed {0} is not dialed any more: {1}", where(), failure.reason());
                transport.retireSeed(this);
            } else {
                retryAfter(failure);
            }
        }
    }

    @Override
    public void closed(Connection closed, String why, boolean corrupt) {
        if (state == State.OPEN && closed == connection) {
            connection = null;
            if (peer != null) {
                peer.forgetAnswer();
            }
            LOG.log(System.Logger.Level.INFO, "lost the connection to {0} at {1}: {2}", closed.peer(), where(), why);
            transport.countCorrupt(corrupt);
            waitAndDial();
            transport.dialerLost(peer);
        }
    }

    private void retryAfter(HandshakeFailure failure) {
        if (!failure.reason().equals(lastReason)) {
            lastReason = failure.reason();
            if (!member) {
                transport.seedFailed(where(), failure);
            }
            boolean wrong = failure.kind() != HandshakeFailure.Kind.UNREACHABLE
                    && failure.kind() != HandshakeFailure.Kind.UNWANTED;
            LOG.log(
                    wrong ? System.Logger.Level.WARNING : System.Logger.Level.INFO,
                    "no connection to {0}: {1}",
                    where(),
                    lastReason);
        }
        if (peer != null) {
            peer.traffic().dialFailures++;
        }
        waitAndDial();
        transport.dialerLost(peer);
    }

    private void waitAndDial() {
        state = State.WAITING;
        int pauseMillis = transport.jittered(transport.config().backoff().millis(failures));
        failures++;
        retry = transport.loop().schedule(this::dial, pauseMillis, TimeUnit.MILLISECONDS);
    }

    private void cancelRetry() {
        if (retry != null) {
            retry.cancel(false);
            retry = null;
        }
    }

    String where() {
        return host + ":" + port;
    }
}
