package io.kindred.cluster.node;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.engine.EngineOptions;
import io.kindred.engine.LsmEngine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Prints how many SETs and GETs a second one loop takes from its client port, with the engine of production and no
 * sockets of clients: {@code main [nodes] [batch]}. A batch is what arrives in one turn.
 */
final class NodeLoopBench {

    private static final int KEYS = 100_000;
    private static final int REQUESTS = 200_000;
    private static final int ROUNDS = 4;

    private final TestNode node;
    private final int batch;
    private final byte[][] keys = new byte[KEYS][];
    private int asked;
    private int answered;
    private int failed;
    private boolean writing;
    private boolean turnAsked;
    private CompletableFuture<Boolean> done = new CompletableFuture<>();

    private NodeLoopBench(TestNode node, int batch) {
        this.node = node;
        this.batch = batch;
        for (int i = 0; i < KEYS; i++) {
            keys[i] = ("key:" + i).getBytes(StandardCharsets.UTF_8);
        }
    }

    public static void main(String[] args) throws IOException {
        int nodes = args.length > 0 ? Integer.parseInt(args[0]) : 1;
        int batch = args.length > 1 ? Integer.parseInt(args[1]) : 512;
        Path dir = Files.createTempDirectory("node-loop-bench");
        TestNode first = start(dir, 1, List.of());
        for (int id = 2; id <= nodes; id++) {
            start(dir, id, List.of(first.port));
        }
        NodeLoopBench bench = new NodeLoopBench(first, batch);
        for (int round = 0; round < ROUNDS; round++) {
            bench.run(true);
            bench.run(false);
        }
        System.exit(0);
    }

    private static TestNode start(Path dir, long id, List<Integer> seeds) throws IOException {
        EngineOptions options = EngineOptions.forHeap(512 << 20);
        TestNode node = TestNode.start(
                id, 1, TestNode.freePort(), owner -> LsmEngine.open(dir.resolve("n" + id), options, owner), seeds);
        TestNode.get(node.serving);
        return node;
    }

    private void run(boolean writes) {
        writing = writes;
        asked = 0;
        answered = 0;
        failed = 0;
        done = new CompletableFuture<>();
        long cpuBegin = loopCpuNanos();
        long begin = System.nanoTime();
        node.run(this::turn);
        done.join();
        double seconds = (System.nanoTime() - begin) / 1e9;
        double cpuSeconds = (loopCpuNanos() - cpuBegin) / 1e9;
        System.out.printf(
                "%s %,d in %.2f s: %,.0f/s; %.2f s of the loop's CPU: %,.0f/s (%d failed)%n",
                writes ? "SET" : "GET",
                answered,
                seconds,
                answered / seconds,
                cpuSeconds,
                answered / cpuSeconds,
                failed);
    }

    /** On a machine that does other things too, only this says what the loop can do. */
    private long loopCpuNanos() {
        return node.on(() -> ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime());
    }

    /** Asks a batch, as one turn of reading clients would. */
    private void turn() {
        turnAsked = false;
        for (int i = 0; i < batch && asked < REQUESTS; i++) {
            byte[] key = keys[(asked++ * 7919 & Integer.MAX_VALUE) % KEYS];
            Operation operation =
                    writing ? new Operation.Put(0, key, null, new byte[100], -1) : new Operation.Get(0, key);
            node.loop.client().execute(operation, QuorumSpec.DEFAULT, this::done);
        }
    }

    /** A client that has most of its answers sends more; the loop must go round in between, or no peer is ever heard. */
    private void done(Outcome outcome) {
        if (!(outcome instanceof Outcome.Written || outcome instanceof Outcome.Found)) {
            failed++;
        }
        answered++;
        if (answered == REQUESTS) {
            done.complete(true);
        } else if (asked < REQUESTS && asked - answered <= batch && !turnAsked) {
            turnAsked = true;
            node.net.loop().execute(this::turn);
        }
    }
}
