package io.kindred.cluster.node;

import io.kindred.cluster.antientropy.ReplayedTrees;
import io.kindred.cluster.core.ClusterAnswer;
import io.kindred.cluster.core.ClusterQuery;
import io.kindred.cluster.core.NodeConfig;
import io.kindred.cluster.core.NodeCore;
import io.kindred.cluster.core.RandomSource;
import io.kindred.cluster.core.Renewal;
import io.kindred.cluster.core.StartState;
import io.kindred.cluster.membership.Generation;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.quorum.QuorumSettings;
import io.kindred.cluster.quorum.UpdateFunction;
import io.kindred.cluster.ring.Replication;
import io.kindred.cluster.sim.SimRandom;
import io.kindred.cluster.wire.LocalNode;
import io.kindred.cluster.wire.NetLoop;
import io.kindred.cluster.wire.TransportConfig;
import io.kindred.cluster.wire.WireVersions;
import io.kindred.engine.StorageEngine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A node in this process, over sockets; its engine is whatever the test opens. */
final class TestNode implements NodeHost, AutoCloseable {

    static final int SECONDS_MAX = 20;
    static final QuorumSpec DEFAULT = QuorumSpec.DEFAULT;

    private static final int PARTITIONS = 16;

    final CompletableFuture<Boolean> serving = new CompletableFuture<>();
    final CompletableFuture<Throwable> fatal = new CompletableFuture<>();
    final NetLoop net;
    final StorageEngine engine;
    final NodeCore core;
    final NodeLoop loop;
    final long id;
    final int port;

    private TestNode(
            NetLoop net, StorageEngine engine, Member self, StoredState stored, RandomSource random, boolean seeded)
            throws IOException {
        this.net = net;
        this.engine = engine;
        this.id = self.id();
        this.port = self.clusterPort();
        NodeConfig config = new NodeConfig(
                PARTITIONS,
                "md5",
                Replication.of(3),
                16,
                seeded,
                1 << 20,
                millis(1000),
                86_400_000,
                NodeConfig.RECORDS_KEPT,
                new QuorumSettings(0, 0, 100, 32, millis(500)),
                new NodeConfig.MembershipTimes(millis(50), millis(500), 500));
        core = new NodeCore(
                config, stored.recovered(self, start(self)), new EngineStore(engine), TestNode::function, random);
        LocalNode local =
                new LocalNode(id, self.name(), self.start(), id * 100 + self.start(), config.fingerprint(), "");
        TransportConfig limits = new TransportConfig(
                1 << 20,
                1 << 20,
                16,
                TimeUnit.SECONDS.toNanos(5),
                new TransportConfig.Backoff(5, 50),
                WireVersions.CURRENT);
        loop = new NodeLoop(
                net, core, engine, new NodeLoop.Setup(local, limits, new SimRandom(id + 1), NodeClock.SYSTEM, this));
        loop.bind("127.0.0.1", port);
    }

    private static DataDirectory.Start start(Member self) {
        return new DataDirectory.Start(
                self.id(), self.name(), self.incarnation(), List.of(self.start()), 0, false, List.of(), "");
    }

    /** Opens an engine for an owner thread. */
    interface Opener {
        StorageEngine open(Executor owner) throws IOException;
    }

    static TestNode start(long id, long generation, int port, Opener opener, List<Integer> seeds) throws IOException {
        return start(id, generation, port, opener, new SimRandom(id), seeds);
    }

    static TestNode start(long id, long generation, int port, Opener opener, RandomSource random, List<Integer> seeds)
            throws IOException {
        NetLoop net = NetLoop.start("test-node-" + id);
        StorageEngine engine = opener.open(net.loop());
        StoredState stored = get(on(net, () -> StoredState.read(engine, ReplayedTrees.NONE, "", PARTITIONS)));
        Member self = new Member(id, "n" + id, "127.0.0.1", 0, port, "", "", 1, 1, Generation.ofStart(generation), 0);
        TestNode node = new TestNode(net, engine, self, stored, random, !seeds.isEmpty());
        List<InetSocketAddress> dialed = stored.remembersCluster()
                ? List.of()
                : seeds.stream()
                        .map(seed -> InetSocketAddress.createUnresolved("127.0.0.1", seed))
                        .toList();
        node.run(() -> node.loop.start(dialed));
        return node;
    }

    private static @Nullable UpdateFunction function(byte[] name, int arguments) {
        return switch (new String(name, StandardCharsets.US_ASCII)) {
            case "BREAK" ->
                (args, current, now) -> {
                    throw new IllegalStateException("a function that breaks");
                };
            case "APPEND" ->
                (args, current, now) -> {
                    String before = current == null ? "" : new String(current.value(), StandardCharsets.UTF_8);
                    String after = before + new String(args[2], StandardCharsets.UTF_8);
                    return UpdateFunction.Result.write(
                            Reply.integer(after.length()), after.getBytes(StandardCharsets.UTF_8), -1);
                };
            default -> null;
        };
    }

    // --- what a client does ---

    Outcome execute(Operation operation) {
        return get(on(() -> {
            CompletableFuture<Outcome> done = new CompletableFuture<>();
            loop.client().execute(operation, DEFAULT, done::complete);
            return done;
        }));
    }

    Outcome put(String key, String value) {
        return execute(put(key, value.getBytes(StandardCharsets.UTF_8)));
    }

    /** The value, or null where there is none. */
    @Nullable
    String get(String key) {
        Outcome outcome = execute(new Operation.Get(0, key.getBytes(StandardCharsets.UTF_8)));
        if (outcome instanceof Outcome.Found found) {
            var winner = found.versions().winner();
            byte[] value = winner == null ? null : winner.value();
            return value == null ? null : new String(value, StandardCharsets.UTF_8);
        }
        throw new AssertionError(outcome);
    }

    ClusterAnswer ask(ClusterQuery query) {
        return get(on(() -> {
            CompletableFuture<ClusterAnswer> done = new CompletableFuture<>();
            loop.client().ask(query, done::complete);
            return done;
        }));
    }

    static Operation put(String key, byte[] value) {
        return new Operation.Put(0, key.getBytes(StandardCharsets.UTF_8), null, value, -1);
    }

    // --- the loop ---

    <T> T on(Callable<T> task) {
        return on(net, task);
    }

    void run(Runnable task) {
        on(() -> {
            task.run();
            return true;
        });
    }

    private static <T> T on(NetLoop net, Callable<T> task) {
        try {
            return net.loop().submit(task).get(SECONDS_MAX, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(SECONDS_MAX, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static long millis(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void serving() {
        serving.complete(true);
    }

    @Override
    public void notServing(StartState state, String why) {}

    @Override
    public void seedsFail(String why) {}

    @Override
    public void renewed(Renewal renewal) {}

    @Override
    public void belongs(long cluster) {}

    @Override
    public void startOver(List<String> seeds, String replaces) {}

    @Override
    public void fatal(String what, Throwable cause) {
        fatal.complete(cause);
    }

    @Override
    public void close() {
        run(() -> {
            loop.stop();
            engine.close();
        });
        net.stop().awaitUninterruptibly();
    }
}
