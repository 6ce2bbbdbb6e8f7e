package io.kindred.main;

import io.kindred.cluster.antientropy.ReplayedTrees;
import io.kindred.cluster.core.NodeConfig;
import io.kindred.cluster.core.NodeCore;
import io.kindred.cluster.core.Recovered;
import io.kindred.cluster.membership.Generation;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.node.DataDirectory;
import io.kindred.cluster.node.EngineStore;
import io.kindred.cluster.node.NodeHost;
import io.kindred.cluster.node.NodeLoop;
import io.kindred.cluster.node.Rehearsal;
import io.kindred.cluster.node.ReplayedLog;
import io.kindred.cluster.node.StoredState;
import io.kindred.cluster.quorum.QuorumSettings;
import io.kindred.cluster.quorum.UpdateFunctions;
import io.kindred.cluster.ring.DatacenterRecords;
import io.kindred.cluster.wire.LocalNode;
import io.kindred.cluster.wire.NetLoop;
import io.kindred.cluster.wire.TransportConfig;
import io.kindred.cluster.wire.tls.Tls;
import io.kindred.engine.LsmEngine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The data directory, the storage engine, the core and the loop that runs it, wired together and opened in that order.
 *
 * @param seeds to be dialed at the start; none where the node remembers its cluster
 */
record BackEnd(
        DataDirectory directory,
        LsmEngine engine,
        NodeCore core,
        NodeLoop loop,
        Member self,
        List<InetSocketAddress> seeds) {

    /**
     * What a node talks through.
     *
     * @param clients where they connect, by now
     * @param betweenNodes null: nodes talk in the clear
     */
    record Sockets(
            NetLoop net, ClientPorts clients, @Nullable Tls betweenNodes) {}

    /** Blocks until the log is replayed. Not to be called on the loop, which it waits for. */
    static BackEnd open(Sockets sockets, ServerConfig config, UpdateFunctions functions, NodeHost host)
            throws StartFailed {
        try {
            DataDirectory directory = DataDirectory.open(
                    Path.of(config.text(Directives.DIR)),
                    new DataDirectory.Settings(
                            config.nodeName(sockets.clients().first()),
                            (int) config.number(Directives.RING_PARTITIONS),
                            config.text(Directives.PARTITIONER)));
            boolean opened = false;
            try {
                BackEnd backEnd = open(sockets, config, functions, host, directory);
                opened = true;
                return backEnd;
            } finally {
                if (!opened) {
                    directory.close();
                }
            }
        } catch (FileSystemException e) {
            // Its message is a bare path.
            throw new StartFailed(
                    "cannot use " + e.getMessage() + ": " + e.getClass().getSimpleName(), e);
        } catch (IOException e) {
            throw new StartFailed(String.valueOf(e.getMessage()), e);
        }
    }

    private static BackEnd open(
            Sockets sockets, ServerConfig config, UpdateFunctions functions, NodeHost host, DataDirectory directory)
            throws IOException, StartFailed {
        NetLoop net = sockets.net();
        CompletableFuture<Void> warm = CompletableFuture.runAsync(Rehearsal::run);
        ReplayedTrees trees = new ReplayedTrees(
                (int) config.number(Directives.RING_PARTITIONS), config.text(Directives.PARTITIONER), (int)
                        config.number(Directives.DATABASES));
        LsmEngine engine =
                LsmEngine.open(directory.store(), config.engineOptions(), net.loop(), new ReplayedLog(trees));
        boolean opened = false;
        try {
            StoredState stored = stored(net, engine, trees, config);
            DataDirectory.Start start = directory.begin(
                    stored.opening(engine.startedClean(), engine.recovery().corruptions() > 0));
            if (!onLoop(net, () -> StoredState.begin(engine, start.generation()))) {
                directory.startIsNotStored();
            }
            int clusterPort = clusterPort(config, sockets.clients().first());
            Member self = self(config, start, sockets.clients(), clusterPort);
            List<InetSocketAddress> toAsk = seeds(config, start);
            NodeConfig nodeConfig = nodeConfig(config, !toAsk.isEmpty());
            Recovered recovered = stored.recovered(self, start);
            requireSameDatacenter(self, recovered);
            SecureRandom secure = new SecureRandom();
            NodeCore core = new NodeCore(
                    nodeConfig, recovered, new EngineStore(engine), functions, new SeededRandom(secure.nextLong()));
            LocalNode local = new LocalNode(
                    self.id(),
                    self.name(),
                    start.generation(),
                    secure.nextLong(),
                    nodeConfig.fingerprint(),
                    config.text(Directives.CLUSTER_SECRET),
                    start.cluster(),
                    self.host() + ":" + self.clusterPort());
            NodeLoop.Setup setup = new NodeLoop.Setup(
                    local,
                    TransportConfig.forHeap(Runtime.getRuntime().maxMemory()),
                    new SeededRandom(secure.nextLong()),
                    ProcessClock.ofNode(),
                    host,
                    sockets.betweenNodes());
            NodeLoop loop = new NodeLoop(net, core, engine, setup);
            warm.join();
            loop.bind(config.bind().first().address().getHostAddress(), clusterPort);
            opened = true;
            List<InetSocketAddress> seeds = stored.remembersCluster() ? List.of() : toAsk;
            return new BackEnd(directory, engine, core, loop, self, seeds);
        } finally {
            if (!opened) {
                engine.close();
            }
        }
    }

    /** Its data is a datacenter's: taken elsewhere, the rest of that one would miss it. */
    private static void requireSameDatacenter(Member self, Recovered recovered) throws StartFailed {
        String known = DatacenterRecords.placeOf(recovered.checkpoint(), recovered.records(), self.id());
        if (known != null && !known.equals(self.datacenter())) {
            throw new StartFailed(
                    "this node is one of datacenter '" + known + "', and 'datacenter' now says '" + self.datacenter()
                            + "'. Have it leave with KIN.LEAVE, and start it there with an empty directory");
        }
    }

    private static StoredState stored(NetLoop net, LsmEngine engine, ReplayedTrees trees, ServerConfig config)
            throws StartFailed {
        String datacenter = config.text(Directives.DATACENTER);
        int partitions = (int) config.number(Directives.RING_PARTITIONS);
        return onLoop(net, () -> StoredState.read(engine, trees, datacenter, partitions));
    }

    /** The configured ones, and those that it was told of where it was put aside. */
    private static List<InetSocketAddress> seeds(ServerConfig config, DataDirectory.Start start) {
        List<InetSocketAddress> seeds = new ArrayList<>(config.seeds());
        for (String seed : start.seeds()) {
            int colon = seed.lastIndexOf(':');
            seeds.add(InetSocketAddress.createUnresolved(
                    seed.substring(0, colon), Integer.parseInt(seed.substring(colon + 1))));
        }
        return seeds;
    }

    private static <T> T onLoop(NetLoop net, Callable<CompletableFuture<T>> work) throws StartFailed {
        try {
            return net.loop().submit(work).get().get();
        } catch (ExecutionException e) {
            throw new StartFailed("cannot read, or write, what the node stores of itself: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailed("interrupted", e);
        }
    }

    private static Member self(ServerConfig config, DataDirectory.Start start, ClientPorts clients, int clusterPort)
            throws IOException {
        BindAddresses bind = config.bind();
        String announced = config.text(Directives.CLUSTER_ANNOUNCE_IP);
        return new Member(
                start.nodeId(),
                start.nodeName(),
                announced.isEmpty() ? bind.announced() : announced,
                clients.plain(),
                clients.tls(),
                config.announcedClusterPort(clusterPort),
                config.text(Directives.ZONE),
                config.text(Directives.DATACENTER),
                config.decimal(Directives.NODE_WEIGHT),
                start.incarnation(),
                Generation.ofStart(start.generation()),
                0);
    }

    /** A member is told of with its port, so the port is chosen before the core is made; it is bound right after. */
    private static int clusterPort(ServerConfig config, int port) throws IOException {
        int chosen = config.clusterPort(port);
        return chosen == 0 ? freePort(config.bind().first().address()) : chosen;
    }

    private static int freePort(InetAddress address) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, address)) {
            return socket.getLocalPort();
        }
    }

    private static NodeConfig nodeConfig(ServerConfig config, boolean isSeeded) {
        long timeoutMillis = config.number(Directives.REQUEST_TIMEOUT_MS);
        return new NodeConfig(
                (int) config.number(Directives.RING_PARTITIONS),
                config.text(Directives.PARTITIONER),
                config.replication(),
                (int) config.number(Directives.DATABASES),
                isSeeded,
                config.number(Directives.HINT_MAX_BYTES),
                TimeUnit.SECONDS.toNanos(config.number(Directives.ANTI_ENTROPY_INTERVAL_S)),
                TimeUnit.SECONDS.toMillis(config.number(Directives.TOMBSTONE_GRACE_S)),
                NodeConfig.RECORDS_KEPT,
                new QuorumSettings(
                        config.quorum(Directives.READ_QUORUM),
                        config.quorum(Directives.WRITE_QUORUM),
                        (int) config.number(Directives.MAX_SIBLINGS),
                        (int) config.number(Directives.CLOCK_MAX_ENTRIES),
                        TimeUnit.MILLISECONDS.toNanos(timeoutMillis)),
                new NodeConfig.MembershipTimes(
                        TimeUnit.MILLISECONDS.toNanos(config.number(Directives.GOSSIP_INTERVAL_MS)),
                        TimeUnit.MILLISECONDS.toNanos(config.number(Directives.SUSPECT_AFTER_MS)),
                        config.number(Directives.MAX_CLOCK_SKEW_MS)));
    }
}
