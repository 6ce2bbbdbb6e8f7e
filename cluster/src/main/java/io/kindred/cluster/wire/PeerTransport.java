package io.kindred.cluster.wire;

import io.kindred.cluster.core.RandomSource;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.wire.tls.Tls;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.util.collection.LongObjectHashMap;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Carries messages between this node and its peers, or loses them: it never retries, blocks or grows without bound.
 *
 * <p>There is one outgoing connection to each member, on which everything to it is sent; what it sends comes in on the
 * connection that it made. So one direction may be down while the other is up, and each side learns of it as {@link
 * PeerListener#lost}. Both kinds are read, and while there is no outgoing connection a node is answered on the one that
 * it made: that is how a newcomer and its seed talk before they are members of each other.
 *
 * <p>Messages sent in one turn of the loop are encoded into one buffer a peer; {@link #flush} ends the turn. While there
 * is no connection messages are dropped, and past {@link TransportConfig#queueBytesMax} shed, both counted.
 *
 * <p>Owned by: the event loop, apart from the constructor and {@link #bind}.
 */
public final class PeerTransport implements AutoCloseable {

    /** How long sent bytes may stay unacknowledged before the kernel gives the connection up. */
    static final int UNACKNOWLEDGED_MILLIS_MAX = 10_000;

    private static final int CONNECT_MILLIS_MAX = 800;
    private static final byte[] PLAIN_FAREWELL = plainFarewell();

    private final NetLoop net;
    private LocalNode self;
    private final TransportConfig config;
    private final RandomSource random;
    private final PeerListener listener;
    private final SecureRandom nonces = new SecureRandom();
    private final HostResolver resolver;
    private final Bootstrap outgoing;
    private final Acceptor acceptor;
    private final LongObjectHashMap<Peer> peers = new LongObjectHashMap<>();
    private final List<Dialer> seeds = new ArrayList<>();
    private final SeedTroubles seedTroubles = new SeedTroubles();
    private final List<Connection> unflushed = new ArrayList<>();
    private @Nullable Tls tls;
    private long corruptFrames;
    private long droppedUnknown;

    public PeerTransport(
            NetLoop net, LocalNode self, TransportConfig config, RandomSource random, PeerListener listener) {
        this.net = net;
        this.self = self;
        this.config = config;
        this.random = random;
        this.listener = listener;
        this.resolver = new HostResolver(net.loop());
        this.acceptor = new Acceptor(this);
        this.outgoing = new Bootstrap()
                .group(net.loop())
                .channel(net.channel())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS_MAX);
        if (net.isEpoll()) {
            outgoing.option(EpollChannelOption.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MILLIS_MAX);
        }
    }

    /** From now on all connections are made in TLS, and none is taken without. To be called before any other method. */
    public void secure(Tls between) {
        tls = between;
    }

    /**
     * Begins to accept connections. Not to be called on the event loop: it waits for it.
     *
     * @param port 0: any
     * @return the port
     */
    public int bind(String host, int port) throws IOException {
        return acceptor.bind(host, port);
    }

    /** Keeps a connection to each of these and to no other member. This node itself may be among them. */
    public void peers(List<Member> members) {
        Map<Long, Member> wanted = new HashMap<>();
        for (Member member : members) {
            if (member.id() != self.nodeId()) {
                wanted.put(member.id(), member);
            }
        }
        for (Peer peer : List.copyOf(peers.values())) {
            Dialer dialer = peer.dialer();
            if (dialer != null && dialer.isMember() && !wanted.containsKey(peer.nodeId())) {
                dialer.retire();
                peer.setDialer(null);
                forgetIfGone(peer);
            }
        }
        for (Member member : members) {
            if (wanted.containsKey(member.id())) {
                keep(member);
            }
        }
    }

    private void keep(Member member) {
        Peer peer = known(member.id());
        peer.setName(member.name());
        Dialer dialer = peer.dialer();
        if (dialer != null) {
            seeds.remove(dialer);
            dialer.becomeMember(member.host(), member.clusterPort());
        } else {
            Dialer fresh = Dialer.ofMember(this, peer, member.host(), member.clusterPort());
            peer.setDialer(fresh);
            fresh.dial();
        }
    }

    /**
     * Keeps dialing this address, whoever is there; {@link PeerListener#connected} tells who. One that turns out to be
     * this node itself is given up.
     */
    public void dialSeed(String host, int port) {
        Dialer dialer = Dialer.ofSeed(this, host, port);
        seeds.add(dialer);
        if (seedTroubles.dialed(dialer.where())) {
            listener.seedsFail(seedTroubles.text());
        }
        dialer.dial();
    }

    /** Gives up the seeds that are no members: this node has found its cluster. */
    public void forgetSeeds() {
        for (Dialer seed : List.copyOf(seeds)) {
            retireSeed(seed);
        }
    }

    /** This node belongs to that cluster from now on. */
    public void belong(long cluster) {
        self = self.in(cluster);
    }

    /** Closes all connections, so that another process with this node's id may have them. Members are dialed again. */
    public void letGo() {
        for (Peer peer : List.copyOf(peers.values())) {
            Connection accepted = peer.accepted();
            if (accepted != null) {
                accepted.abandon();
                peer.setAccepted(null);
            }
            Dialer dialer = peer.dialer();
            if (dialer != null) {
                dialer.redial();
            }
            forgetIfGone(peer);
        }
    }

    /** Drops the outgoing connection to this member, which carries nothing any more, and makes it anew. */
    public void redial(long nodeId) {
        Peer peer = peers.get(nodeId);
        Dialer dialer = peer == null ? null : peer.dialer();
        if (dialer != null) {
            dialer.redial();
        }
    }

    /** Sends at the next {@link #flush}, or loses. */
    public void send(long to, Message message) {
        Peer peer = peers.get(to);
        Connection way = peer == null ? null : peer.way();
        if (way != null) {
            if (way.send(message)) {
                unflushed.add(way);
            }
        } else if (peer != null) {
            peer.traffic().dropped++;
        } else {
            droppedUnknown++;
        }
    }

    /** Sends to everybody that there is a connection to. */
    public void sendToAll(Message message) {
        for (Peer peer : List.copyOf(peers.values())) {
            send(peer.nodeId(), message);
        }
    }

    /** Whether so much waits for this peer that what it asks for had better wait to be made. */
    public boolean isBehind(long nodeId) {
        Peer peer = peers.get(nodeId);
        Connection way = peer == null ? null : peer.way();
        return way != null && way.queuedBytes() > config.easyBytes();
    }

    /** Ends a turn: what has been sent since the last time goes out, in one write a peer. */
    public void flush() {
        for (int i = 0; i < unflushed.size(); i++) {
            unflushed.get(i).flush();
        }
        unflushed.clear();
    }

    public TransportStats stats() {
        List<TransportStats.PeerStats> each = new ArrayList<>();
        peers.values().forEach(peer -> each.add(peer.stats()));
        each.sort(Comparator.comparing(TransportStats.PeerStats::nodeId, Long::compareUnsigned));
        return new TransportStats(
                List.copyOf(each),
                acceptor.handshakeFailures(),
                acceptor.pendingRefused(),
                acceptor.pending(),
                acceptor.linesLeftOut(),
                corruptFrames,
                droppedUnknown);
    }

    /** Closes every connection; tells nobody. */
    @Override
    public void close() {
        acceptor.close();
        List.copyOf(seeds).forEach(Dialer::retire);
        seeds.clear();
        for (Peer peer : peers.values()) {
            Dialer dialer = peer.dialer();
            if (dialer != null) {
                dialer.retire();
            }
            Connection accepted = peer.accepted();
            if (accepted != null) {
                accepted.abandon();
            }
        }
        peers.clear();
        unflushed.clear();
        resolver.close();
    }

    // --- for the dialers and the acceptor ---

    NetLoop net() {
        return net;
    }

    EventLoop loop() {
        return net.loop();
    }

    LocalNode self() {
        return self;
    }

    TransportConfig config() {
        return config;
    }

    HostResolver resolver() {
        return resolver;
    }

    RandomSource random() {
        return random;
    }

    byte[] nonce() {
        byte[] nonce = new byte[Greeting.NONCE_BYTES];
        nonces.nextBytes(nonce);
        return nonce;
    }

    int jittered(int millis) {
        return millis - random.nextInt(millis / 2 + 1);
    }

    @Nullable
    Peer peer(long nodeId) {
        return peers.get(nodeId);
    }

    Peer known(long nodeId) {
        Peer peer = peers.get(nodeId);
        if (peer == null) {
            peer = new Peer(nodeId);
            peers.put(nodeId, peer);
        }
        return peer;
    }

    void forgetIfGone(Peer peer) {
        if (peer.isForgotten()) {
            peers.remove(peer.nodeId());
        }
    }

    ChannelFuture connect(InetSocketAddress address, Connection connection) {
        return outgoing.clone()
                .handler(tls == null ? connection : inTls(tls, connection))
                .connect(address);
    }

    private static ChannelHandler inTls(Tls tls, Connection connection) {
        return new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(tls.towardsPeer(channel, why -> connection.tlsFailed(tlsReason(why))));
                channel.pipeline().addLast(connection);
            }
        };
    }

    /** What stands in front of a connection that another node has made, if anything does. */
    void addGate(Channel channel, Connection connection) {
        if (tls != null) {
            channel.pipeline().addLast(tls.peerGate(PLAIN_FAREWELL, why -> connection.tlsFailed(tlsReason(why))));
        }
    }

    /** Where TLS itself has nothing to say, the other end speaks none. */
    private static String tlsReason(String why) {
        return why.startsWith("TLS: ") ? why : why + Connection.TLS_ON_BOTH;
    }

    private static byte[] plainFarewell() {
        byte[] frame = Handshake.refusal(new HandshakeFailure(
                HandshakeFailure.Kind.TLS, "this node speaks TLS on its cluster port" + Connection.TLS_ON_BOTH));
        ByteBuf out = Unpooled.buffer(MessageCodec.LENGTH_BYTES + frame.length);
        return Greeting.bytesOf(out.writeInt(frame.length).writeBytes(frame));
    }

    /** Why another process with the id of that one has to be kept to; null: there is none. */
    @Nullable
    String objection(RemoteNode found) {
        return acceptor.objection(found);
    }

    void seedFailed(String seed, HandshakeFailure failure) {
        if (seedTroubles.failed(seed, failure)) {
            listener.seedsFail(seedTroubles.text());
        }
    }

    void seedLetsIn(String seed) {
        if (seedTroubles.letsIn(seed)) {
            listener.seedsFail(seedTroubles.text());
        }
    }

    /** It is not dialed any more. */
    private void seedIsOver(String seed) {
        if (seedTroubles.isOver(seed)) {
            listener.seedsFail(seedTroubles.text());
        }
    }

    void received(Connection from, List<Message> messages) {
        listener.received(from.peer().nodeId(), messages);
    }

    void refused(long peer, HandshakeFailure failure) {
        listener.refused(peer, failure.start(), failure.reason());
    }

    void mistaken(Hello seeker) {
        listener.mistaken(
                Hello.printable(seeker.name()), Hello.printable(seeker.address()), seeker.cluster(), seeker.sought());
    }

    /**
     * A node has proven itself. Whoever belongs to no cluster yet has found one, and talks to no other from then on: that
     * would be told of it as of a member.
     */
    void found(RemoteNode proven) {
        if (self.cluster() == 0 && proven.cluster() != 0) {
            self = self.in(proven.cluster());
        }
    }

    void countCorrupt(boolean corrupt) {
        if (corrupt) {
            corruptFrames++;
        }
    }

    /** The newest outgoing connection to a node is the one: the peer has just let go of any older one. */
    Peer dialerOpened(Dialer dialer, @Nullable Peer before, RemoteNode found, Connection connection) {
        Peer peer = known(found.nodeId());
        found(found);
        if (before != null && before != peer && before.dialer() == dialer) {
            before.setDialer(null);
            forgetIfGone(before);
        }
        Dialer older = peer.dialer();
        if (older != null && older != dialer) {
            seeds.remove(older);
            if (older.isMember()) {
                // A seed was quicker than its member's own dialer: from now on it is that.
                seeds.remove(dialer);
                dialer.replace(older);
            } else {
                seedIsOver(older.where());
            }
            older.retire();
        }
        peer.setDialer(dialer);
        peer.setName(found.name());
        peer.traffic().connects++;
        connection.count(peer.traffic());
        listener.connected(peer.nodeId());
        return peer;
    }

    void dialerLost(@Nullable Peer peer) {
        if (peer != null) {
            listener.lost(peer.nodeId());
        }
    }

    void retireSeed(Dialer seed) {
        seeds.remove(seed);
        seedIsOver(seed.where());
        if (seed.isMember()) {
            return;
        }
        seed.retire();
        for (Peer peer : List.copyOf(peers.values())) {
            if (peer.dialer() == seed) {
                peer.setDialer(null);
                forgetIfGone(peer);
            }
        }
    }
}
