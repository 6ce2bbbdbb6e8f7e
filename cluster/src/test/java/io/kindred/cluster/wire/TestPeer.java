package io.kindred.cluster.wire;

import io.kindred.cluster.core.RandomSource;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.message.MembershipMessage;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.wire.tls.Tls;
import io.kindred.cluster.wire.tls.TlsSettings;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A transport on a thread of its own, with what it told in queues. */
final class TestPeer implements AutoCloseable, PeerListener {

    static final String SETTINGS = "ring-partitions 64, partitioner md5";
    static final TransportConfig QUICK = new TransportConfig(
            1 << 20, 1 << 20, 4, TimeUnit.SECONDS.toNanos(5), new TransportConfig.Backoff(5, 20), WireVersions.CURRENT);

    record Received(long from, Message message) {}

    final BlockingQueue<String> links = new LinkedBlockingQueue<>();
    final BlockingQueue<Received> inbox = new LinkedBlockingQueue<>();
    /** How many messages each frame had. */
    final BlockingQueue<Integer> frames = new LinkedBlockingQueue<>();

    final LocalNode self;
    final NetLoop net;
    final PeerTransport transport;
    int port;

    @Nullable
    Tls tls;

    private TestPeer(LocalNode self, TransportConfig config) {
        this.self = self;
        this.net = NetLoop.start("test-" + self.name());
        Random random = new Random(self.nodeId());
        RandomSource source = new RandomSource() {
            @Override
            public int nextInt(int bound) {
                return random.nextInt(bound);
            }

            @Override
            public long nextLong() {
                return random.nextLong();
            }
        };
        this.transport = new PeerTransport(net, self, config, source, this);
    }

    static LocalNode node(long id, long generation, String secret) {
        return new LocalNode(id, "n" + id, generation, id * 1000 + generation, SETTINGS, secret);
    }

    static TestPeer start(long id) throws IOException {
        return start(node(id, 1, ""), QUICK, 0);
    }

    static TestPeer startInTls(LocalNode self, TlsSettings settings) throws Exception {
        TestPeer peer = new TestPeer(self, QUICK);
        Tls tls = new Tls(peer.net.loop(), System::nanoTime);
        peer.tls = tls;
        tls.open(settings, 0);
        peer.transport.secure(tls);
        peer.port = peer.transport.bind("127.0.0.1", 0);
        return peer;
    }

    static TestPeer start(LocalNode self, TransportConfig config, int port) throws IOException {
        TestPeer peer = new TestPeer(self, config);
        peer.port = peer.transport.bind("127.0.0.1", port);
        return peer;
    }

    Member member() {
        return memberAt(port);
    }

    Member memberAt(int where) {
        return new Member(self.nodeId(), self.name(), "127.0.0.1", 0, where, "", "", 1, 1, self.generation(), 0);
    }

    /** Runs on the loop and waits for it. */
    <T> T on(Callable<T> task) {
        try {
            return net.loop().submit(task).get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    void run(Runnable task) {
        on(() -> {
            task.run();
            return true;
        });
    }

    void peers(Member... members) {
        run(() -> transport.peers(List.of(members)));
    }

    void send(long to, Message message) {
        run(() -> {
            transport.send(to, message);
            transport.flush();
        });
    }

    TransportStats stats() {
        return on(transport::stats);
    }

    TransportStats.PeerStats statsOf(long nodeId) {
        return stats().peers().stream()
                .filter(peer -> peer.nodeId() == nodeId)
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void received(long from, List<Message> messages) {
        frames.add(messages.size());
        messages.forEach(message -> received(from, message));
    }

    private void received(long from, Message message) {
        inbox.add(new Received(from, message));
        if (message instanceof MembershipMessage.Ping ping) {
            transport.send(
                    from,
                    new MembershipMessage.Pong(
                            ping.number(), 0, ping.sentNanos(), io.kindred.cluster.message.ClockReading.NONE));
            transport.flush();
        }
    }

    @Override
    public void refused(long peer, long start, String why) {
        links.add("refused by " + peer + " for start " + start);
    }

    @Override
    public void mistaken(String member, String address, long cluster, long sought) {
        links.add("mistaken for " + sought + " by " + member + " at " + address + " of cluster " + cluster);
    }

    @Override
    public void connected(long peer) {
        links.add("connected " + peer);
    }

    @Override
    public void seedsFail(String why) {
        links.add(why.isEmpty() ? "seeds do not fail" : why);
    }

    @Override
    public void lost(long peer) {
        links.add("lost " + peer);
    }

    @Override
    public void close() {
        run(transport::close);
        net.stop().awaitUninterruptibly();
        if (tls != null) {
            tls.close();
        }
    }
}
