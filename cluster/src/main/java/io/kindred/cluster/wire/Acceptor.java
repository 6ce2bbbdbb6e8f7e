package io.kindred.cluster.wire;

import io.kindred.cluster.message.MembershipMessage;
import io.kindred.cluster.message.Message;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The connections that others make to this node: one from each, after its handshake; before it, a bounded number ({@link
 * Pending}).
 *
 * <p>Owned by: the event loop, apart from {@link #bind}.
 */
final class Acceptor implements Connection.Owner, Handshake.Admission, AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Acceptor.class.getName());
    /** So many different complaints are remembered, and each is logged once while it is. */
    private static final int COMPLAINTS_MAX = 64;
    /** A process that is there answers within this. */
    private static final int ANSWER_MILLIS = 1_000;

    private final PeerTransport transport;
    private final Pending pending;
    private final StrangerLog strangers;
    private final Set<String> complaints = new LinkedHashSet<>();
    private @Nullable Channel listening;
    private boolean closed;
    private long handshakeFailures;
    private long pendingRefused;

    Acceptor(PeerTransport transport) {
        this.transport = transport;
        this.pending = new Pending(transport.config().pendingMax(), transport.random());
        this.strangers = new StrangerLog(transport.loop());
    }

    int bind(String host, int port) throws IOException {
        InetAddress address = InetAddress.getByName(host);
        if (!address.isLoopbackAddress() && transport.self().secret().isEmpty()) {
            throw new IOException("cluster-secret must be set to bind the cluster port on " + host
                    + ", which others than this machine can reach");
        }
        ServerBootstrap server = new ServerBootstrap()
                .group(transport.loop(), transport.loop())
                .channel(transport.net().serverChannel())
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accepted(channel);
                    }
                });
        if (transport.net().isEpoll()) {
            server.childOption(EpollChannelOption.TCP_USER_TIMEOUT, PeerTransport.UNACKNOWLEDGED_MILLIS_MAX);
        }
        ChannelFuture binding =
                server.bind(new InetSocketAddress(address, port)).awaitUninterruptibly();
        if (!binding.isSuccess()) {
            throw new IOException(
                    "cannot listen on cluster-port " + port + " of " + host + ": "
                            + binding.cause().getMessage(),
                    binding.cause());
        }
        Channel bound = binding.channel();
        transport.loop().execute(() -> listening(bound));
        return ((InetSocketAddress) bound.localAddress()).getPort();
    }

    private void listening(Channel bound) {
        listening = bound;
        if (closed) {
            bound.close();
        }
    }

    private void accepted(SocketChannel channel) {
        if (closed) {
            channel.close();
            return;
        }
        Connection displaced = pending.displaced();
        if (displaced != null) {
            pendingRefused++;
            displaced.unreachable("has not proven itself, and makes room for a newer connection");
        }
        Connection connection = new Connection(this, transport.config(), false);
        pending.add(connection, hostOf(String.valueOf(channel.remoteAddress())));
        transport.addGate(channel, connection);
        channel.pipeline().addLast(connection);
    }

    @Override
    public Handshake handshake() {
        return Handshake.accepting(transport.self(), transport.config().versions(), transport.nonce(), this);
    }

    /**
     * Of two processes with the same id the one that is connected and answers stays: it is asked. What falls silent is given
     * up, and the other one gets in when it tries again.
     */
    @Override
    public @Nullable String objection(RemoteNode newcomer) {
        Peer peer = transport.peer(newcomer.nodeId());
        Connection other = peer == null ? null : peer.ofAnotherProcess(newcomer.instance());
        if (peer == null || other == null) {
            return null;
        }
        boolean answers = peer.answers();
        ask(peer);
        if (answers) {
            return "another process with the id of " + newcomer + " is connected and answers, " + other.peer() + " at "
                    + hostOf(other) + ": its data directory has been copied. One of them must go";
        }
        return "another process with the id of " + newcomer + " is connected, and asked whether it is still there";
    }

    @Override
    public long startInItsPlace(RemoteNode newcomer) {
        Peer peer = transport.peer(newcomer.nodeId());
        Connection other = peer == null ? null : peer.ofAnotherProcess(newcomer.instance());
        return peer != null && other != null && peer.answers() ? other.peer().generation() : 0;
    }

    private void ask(Peer peer) {
        Connection way = peer.way();
        if (way != null && way.send(new MembershipMessage.Ping(0, 0, 0))) {
            way.flush();
        }
        if (peer.beginAsking()) {
            transport.loop().schedule(() -> giveUpIfSilent(peer), ANSWER_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void giveUpIfSilent(Peer peer) {
        if (peer.endAsking() || closed) {
            return;
        }
        Connection accepted = peer.accepted();
        if (accepted != null) {
            accepted.abandon();
            closed(accepted, "silent while another process with its id has come", false);
        }
        Dialer dialer = peer.dialer();
        if (dialer != null) {
            dialer.redial();
        }
    }

    @Override
    public void mistaken(Hello dialer) {
        transport.mistaken(dialer);
    }

    @Override
    public void opened(Connection connection, RemoteNode proven) {
        pending.remove(connection);
        Peer peer = transport.known(proven.nodeId());
        transport.found(proven);
        Connection older = peer.accepted();
        if (older != null) {
            older.abandon();
        }
        peer.setAccepted(connection);
        peer.setName(proven.name());
        connection.count(peer.traffic());
        Dialer dialer = peer.dialer();
        if (dialer != null) {
            dialer.hurry();
        }
    }

    @Override
    public void received(Connection from, List<Message> messages) {
        transport.received(from, messages);
    }

    @Override
    public void failed(Connection connection, HandshakeFailure failure) {
        pending.remove(connection);
        if (failure.kind() == HandshakeFailure.Kind.SELF || closed) {
            return;
        }
        handshakeFailures++;
        String line = "refused a connection from " + hostOf(connection) + ": " + failure.reason();
        if (connection.isProven()) {
            complain(line);
        } else {
            strangers.warn(failure.kind(), line);
        }
    }

    @Override
    public void closed(Connection connection, String why, boolean corrupt) {
        transport.countCorrupt(corrupt);
        if (corrupt) {
            complain("the connection from " + connection.peer() + " was " + why);
        }
        Peer peer = transport.peer(connection.peer().nodeId());
        if (peer != null && peer.accepted() == connection) {
            peer.setAccepted(null);
            transport.forgetIfGone(peer);
        }
    }

    int pending() {
        return pending.size();
    }

    long handshakeFailures() {
        return handshakeFailures;
    }

    long pendingRefused() {
        return pendingRefused;
    }

    long linesLeftOut() {
        return strangers.leftOut();
    }

    @Override
    public void close() {
        closed = true;
        if (listening != null) {
            listening.close();
        }
        pending.takeAll().forEach(Connection::abandon);
        strangers.close();
    }

    /** Of those that have proven themselves: each complaint is logged once until others have crowded it out. */
    private void complain(String line) {
        if (complaints.add(line)) {
            LOG.log(System.Logger.Level.WARNING, line);
            if (complaints.size() > COMPLAINTS_MAX) {
                complaints.remove(complaints.iterator().next());
            }
        }
    }

    private static String hostOf(Connection connection) {
        return hostOf(connection.remoteAddress());
    }

    private static String hostOf(String address) {
        int port = address.lastIndexOf(':');
        return port < 0 ? address : address.substring(0, port);
    }
}
