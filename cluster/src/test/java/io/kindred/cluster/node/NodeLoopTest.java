package io.kindred.cluster.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.core.ClusterAnswer;
import io.kindred.cluster.core.ClusterQuery;
import io.kindred.cluster.core.RandomSource;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.sim.SimRandom;
import io.kindred.engine.EngineFailure;
import io.kindred.engine.EngineOptions;
import io.kindred.engine.LsmEngine;
import io.kindred.engine.MemoryEngine;
import io.kindred.engine.StorageEngine;
import io.kindred.engine.SyncPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class NodeLoopTest {

    @TempDir
    private Path temp;

    private final List<TestNode> started = new ArrayList<>();

    @AfterEach
    void stop() {
        started.forEach(TestNode::close);
    }

    @Test
    void aRingOfOneServes() throws IOException {
        TestNode node = alone();
        assertNull(node.get("k"));
        assertInstanceOf(Outcome.Written.class, node.put("k", "v"));
        assertEquals("v", node.get("k"));
        assertEquals(
                new Outcome.Updated(new Reply.Int(2)),
                node.execute(
                        new Operation.Update(0, bytes("k"), new byte[][] {bytes("APPEND"), bytes("k"), bytes("w")})));
        assertEquals("vw", node.get("k"));
        assertEquals(new ClusterAnswer.Count(1), node.ask(new ClusterQuery.CountKeys(0)));
    }

    @Test
    void whatArrivesInOneTurnSharesOneCommit() throws IOException {
        TestNode node = alone();
        node.put("first", "v");
        long before = node.on(() -> node.loop.stats().commits());
        List<Outcome> outcomes = new ArrayList<>();
        CompletableFuture<Boolean> all = new CompletableFuture<>();
        node.run(() -> {
            for (int i = 0; i < 100; i++) {
                node.loop.client().execute(TestNode.put("k" + i, bytes("v")), QuorumSpec.DEFAULT, outcome -> {
                    outcomes.add(outcome);
                    if (outcomes.size() == 100) {
                        all.complete(true);
                    }
                });
            }
            assertEquals(List.of(), outcomes);
        });
        TestNode.get(all);

        outcomes.forEach(outcome -> assertInstanceOf(Outcome.Written.class, outcome));
        LoopStats stats = node.on(node.loop::stats);
        assertEquals(before + 1, stats.commits());
        assertTrue(stats.persists() > 100);
        assertEquals(0, stats.inFlight());
    }

    @Test
    void aReadThatMemoryCanAnswerIsAnsweredWithinTheCall() throws IOException {
        TestNode node = alone();
        node.put("k", "v");
        boolean within = node.on(() -> {
            List<Outcome> outcomes = new ArrayList<>();
            node.loop.client().execute(new Operation.Get(0, bytes("k")), QuorumSpec.DEFAULT, outcomes::add);
            return outcomes.size() == 1;
        });
        assertTrue(within);
    }

    @Test
    void callbacksMayAskAgainForEver() throws IOException {
        TestNode node = alone();
        node.put("k", "v");
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        node.run(() -> askAgain(node, 100_000, done));
        assertTrue(TestNode.get(done));
    }

    private static void askAgain(TestNode node, int times, CompletableFuture<Boolean> done) {
        if (times == 0) {
            done.complete(true);
            return;
        }
        node.loop
                .client()
                .execute(
                        new Operation.Get(0, bytes("k")),
                        QuorumSpec.DEFAULT,
                        outcome -> askAgain(node, times - 1, done));
    }

    @Test
    void aCallOffTheLoopIsRefused() throws IOException {
        TestNode node = alone();
        assertThrows(
                IllegalStateException.class,
                () -> node.loop.client().execute(new Operation.Get(0, bytes("k")), QuorumSpec.DEFAULT, outcome -> {}));
    }

    @Test
    void aNodeWithoutRoomRefusesWritesBeforeTheyBegin() throws IOException {
        TestNode node = alone();
        node.put("k", "v");
        node.run(() -> ((MemoryEngine) node.engine).full(true));
        Outcome outcome = node.put("k", "w");
        assertTrue(outcome instanceof Outcome.Refused refused && refused.error().startsWith("OOM "), outcome::toString);
        assertEquals("v", node.get("k"));
        node.run(() -> ((MemoryEngine) node.engine).full(false));
        assertInstanceOf(Outcome.Written.class, node.put("k", "w"));
        assertEquals(1, node.on(() -> node.loop.stats().refusedForRoom()));
    }

    @Test
    void clientsWaitWhileTheMemtablesAreFull() throws IOException {
        TestNode node = alone();
        BlockingQueue<Boolean> told = new LinkedBlockingQueue<>();
        node.run(() -> node.loop.client().onWritesHeld(told::add));
        assertFalse(next(told));
        node.run(() -> ((MemoryEngine) node.engine).stall(StorageEngine.STALL_NANOS_MAX));
        assertInstanceOf(Outcome.Written.class, node.put("k", "v"), "what is on its way finds room");
        assertTrue(next(told));
        node.run(() -> ((MemoryEngine) node.engine).stall(0));
        assertFalse(next(told));
    }

    @Test
    void clientsWaitWhileSoManyOtherNodesAreFullThatAWriteWouldMissItsQuorum() throws IOException {
        List<TestNode> nodes = clusterInMemory();
        BlockingQueue<Boolean> told = new LinkedBlockingQueue<>();
        nodes.get(0).run(() -> nodes.get(0).loop.client().onWritesHeld(told::add));
        assertFalse(next(told));
        for (TestNode full : nodes.subList(1, 3)) {
            full.run(() -> ((MemoryEngine) full.engine).stall(StorageEngine.STALL_NANOS_MAX));
        }
        assertInstanceOf(Outcome.Written.class, nodes.get(0).put("k", "v"));
        assertTrue(next(told));
        nodes.get(1).run(() -> ((MemoryEngine) nodes.get(1).engine).stall(0));
        assertFalse(next(told));
    }

    /** Its room is not what a write with W = 2 of three needs. */
    @Test
    void oneNodeWithoutRoomIsPassedByAndOwedWhatItRefused() throws IOException {
        List<TestNode> nodes = clusterInMemory();
        TestNode full = nodes.get(2);
        full.run(() -> ((MemoryEngine) full.engine).full(true));
        for (int i = 0; i < 20; i++) {
            assertInstanceOf(Outcome.Written.class, nodes.get(i % 2).put("k" + i, "v" + i));
        }
        assertTrue(full.on(() -> full.loop.stats().refusedForRoom()) > 0);
        assertTrue(nodes.get(0).on(() -> nodes.get(0).core.views().hints().hints()) > 0);
        for (int i = 0; i < 20; i++) {
            assertEquals("v" + i, full.get("k" + i));
        }
    }

    private static boolean next(BlockingQueue<Boolean> told) {
        try {
            Boolean next = told.poll(TestNode.SECONDS_MAX, TimeUnit.SECONDS);
            return Objects.requireNonNull(next, "nothing was told");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatOnlyTheDiskKnowsIsLoaded() throws IOException {
        TestNode node = alone();
        node.put("k", "v");
        node.run(() -> ((MemoryEngine) node.engine).forget(key -> true));
        assertEquals("v", node.get("k"));
        assertNull(node.get("other"));
        assertInstanceOf(Outcome.Written.class, node.put("k", "w"));
        assertEquals("w", node.get("k"));
    }

    @Test
    void whatCannotBeReadIsNoAbsence() throws IOException {
        TestNode node = alone();
        node.put("k", "v");
        node.run(() -> {
            ((MemoryEngine) node.engine).forget(key -> true);
            ((MemoryEngine) node.engine).failReads(new EngineFailure(EngineFailure.Kind.CORRUPT, "7.sst: bad block"));
        });
        Outcome outcome = node.execute(new Operation.Get(0, bytes("k")));
        assertFalse(outcome instanceof Outcome.Found, outcome::toString);
    }

    @Test
    void aFailedCommitIsToldAndTheNextOneWorks() throws IOException {
        TestNode node = alone();
        node.put("k", "v");
        EngineFailure full = new EngineFailure(EngineFailure.Kind.DISK_FULL, "log-1.klog: no space left");
        node.run(() -> ((MemoryEngine) node.engine).failCommits(full));
        Outcome failed = node.put("k", "lost");
        node.run(() -> ((MemoryEngine) node.engine).failCommits(null));
        assertFalse(failed instanceof Outcome.Written, failed::toString);
        assertEquals("v", node.get("k"));
        assertInstanceOf(Outcome.Written.class, node.put("k", "w"));
        assertEquals("w", node.get("k"));
        assertEquals(1, node.on(node.loop::stats).storeFailures());
    }

    @Test
    void anErrorInAStepStopsTheNode() throws IOException {
        TestNode node = alone();
        node.put("k", "v");
        node.run(() -> node.loop
                .client()
                .execute(
                        new Operation.Update(0, bytes("k"), new byte[][] {bytes("BREAK"), bytes("k")}),
                        QuorumSpec.DEFAULT,
                        outcome -> {}));
        assertEquals("a function that breaks", TestNode.get(node.fatal).getMessage());
        assertEquals(new Outcome.TryAgain("this node is stopping"), node.execute(new Operation.Get(0, bytes("k"))));
    }

    @Test
    void clientsThatWaitAreToldOfAStop() throws IOException {
        TestNode node = alone();
        CompletableFuture<Outcome> waiting = new CompletableFuture<>();
        node.run(() -> {
            node.loop.client().execute(TestNode.put("k", bytes("v")), QuorumSpec.DEFAULT, waiting::complete);
            node.loop.stop();
        });
        assertInstanceOf(Outcome.NoQuorum.class, TestNode.get(waiting));
    }

    @Test
    void threeNodesShareTheirKeys() throws IOException {
        List<TestNode> nodes = cluster();
        for (int i = 0; i < 50; i++) {
            assertInstanceOf(Outcome.Written.class, nodes.get(i % 3).put("k" + i, "v" + i));
        }
        for (TestNode node : nodes) {
            for (int i = 0; i < 50; i++) {
                assertEquals("v" + i, node.get("k" + i));
            }
        }
        assertEquals(new ClusterAnswer.Count(50), nodes.get(1).ask(new ClusterQuery.CountKeys(0)));
        nodes.forEach(node -> assertFalse(node.fatal.isDone()));
    }

    /** With the real engine, and all of them in its memtable. */
    @Test
    void aScanGivesAPageOfTheKeysThatShareATag() throws IOException {
        TestNode node = start(1, 1, List.of());
        TestNode.get(node.serving);
        Set<String> all = new TreeSet<>();
        for (int i = 0; i < 500; i++) {
            node.put("{t}:" + i, "v");
            all.add("{t}:" + i);
        }
        Set<String> found = new TreeSet<>();
        long cursor = 0;
        do {
            ClusterAnswer.Page page = (ClusterAnswer.Page) node.ask(new ClusterQuery.ScanKeys(0, cursor, 10));
            assertTrue(page.keys().size() <= 20, page.keys().size() + " keys in one page");
            page.keys().forEach(key -> found.add(new String(key, StandardCharsets.UTF_8)));
            cursor = page.cursor();
        } while (cursor != 0);
        assertEquals(all, found);
    }

    @Test
    void aRandomKeyIsAnyOfThoseThatShareATag() throws IOException {
        TestNode node = alone();
        for (int i = 0; i < 400; i++) {
            node.put("{t}:" + i, "v");
        }
        Set<String> found = new TreeSet<>();
        for (int i = 0; i < 400; i++) {
            found.add(randomKey(node));
        }
        // Drawn evenly, of 400 things 400 draws leave 147 out.
        assertTrue(found.size() > 200, found.size() + " of 400");
    }

    @Test
    void aRandomKeyIsAnyOfFew() throws IOException {
        TestNode node = alone();
        Set<String> all = new TreeSet<>();
        for (int i = 0; i < 5; i++) {
            node.put("{t}:" + i, "v");
            node.put("k" + i, "v");
            all.add("{t}:" + i);
            all.add("k" + i);
        }
        Set<String> found = new TreeSet<>();
        for (int i = 0; i < 400; i++) {
            found.add(randomKey(node));
        }
        assertEquals(all, found);
    }

    /** Wherever the walk begins, and the very first place is the one that it does not come to from a lower one. */
    @Test
    void thereIsNoRandomKeyWhereThereAreNoKeys() throws IOException {
        for (int place : new int[] {0, 1, 7, 15}) {
            RandomSource random = new RandomSource() {
                @Override
                public int nextInt(int bound) {
                    return place % bound;
                }

                @Override
                public long nextLong() {
                    return 0;
                }
            };
            TestNode node = alone(random);
            assertEquals(new ClusterAnswer.Page(0, List.of()), node.ask(new ClusterQuery.RandomKey(0)));
            node.put("k", "v");
            assertEquals("k", randomKey(node));
            stop(node);
        }
    }

    private static String randomKey(TestNode node) {
        ClusterAnswer.Page page = (ClusterAnswer.Page) node.ask(new ClusterQuery.RandomKey(0));
        return new String(page.keys().get(0), StandardCharsets.UTF_8);
    }

    @Test
    void twoOfThreeGoOnAndTheThirdComesBackToItsClusterWithoutSeeds() throws IOException {
        List<TestNode> nodes = cluster();
        nodes.get(0).put("k", "before");
        stop(nodes.get(2));
        assertInstanceOf(Outcome.Written.class, nodes.get(0).put("k", "meanwhile"));
        assertEquals("meanwhile", nodes.get(1).get("k"));
        // It comes back at another port, so it finds the others by what it remembers, and tells them where it is now.
        int nobody = 1;
        TestNode back = start(3, 2, List.of(nobody));
        TestNode.get(back.serving);
        Outcome read = back.execute(new Operation.Get(0, bytes("k")));
        while (!(read instanceof Outcome.Found)) {
            // It serves from the start, and what it asks of the others before it has reached them is lost.
            read = back.execute(new Operation.Get(0, bytes("k")));
        }
        assertEquals("meanwhile", back.get("k"));
    }

    @Test
    void aWholeClusterThatStoppedComesBackWithItsKeys() throws IOException {
        List<TestNode> nodes = cluster();
        for (int i = 0; i < 30; i++) {
            nodes.get(i % 3).put("k" + i, "v" + i);
        }
        nodes.forEach(this::stop);
        // At their old addresses, where they remember each other.
        for (TestNode node : nodes) {
            start(node.id, 2, node.port, List.of());
        }
        for (int i = 0; i < 30; i++) {
            Operation get = new Operation.Get(0, bytes("k" + i));
            Outcome read = started.get(i % 3).execute(get);
            while (!(read instanceof Outcome.Found)) {
                read = started.get(i % 3).execute(get);
            }
            assertEquals("v" + i, started.get(i % 3).get("k" + i));
        }
        started.forEach(node -> assertFalse(node.fatal.isDone()));
    }

    @Test
    void withoutAQuorumARequestEndsInTime() throws IOException {
        List<TestNode> nodes = cluster();
        nodes.subList(1, 3).forEach(this::stop);
        Outcome outcome = nodes.get(0).put("k", "v");
        assertTrue(outcome instanceof Outcome.NoQuorum || outcome instanceof Outcome.TryAgain, outcome::toString);
    }

    private TestNode alone() throws IOException {
        return alone(new SimRandom(1));
    }

    private TestNode alone(RandomSource random) throws IOException {
        TestNode node = TestNode.start(
                1, 1, TestNode.freePort(), owner -> new MemoryEngine(SyncPolicy.EVERYSEC, owner), random, List.of());
        started.add(node);
        TestNode.get(node.serving);
        return node;
    }

    private List<TestNode> cluster() throws IOException {
        TestNode first = start(1, 1, List.of());
        TestNode.get(first.serving);
        TestNode second = start(2, 1, List.of(first.port));
        TestNode.get(second.serving);
        TestNode third = start(3, 1, List.of(first.port, second.port));
        TestNode.get(third.serving);
        return List.of(first, second, third);
    }

    private List<TestNode> clusterInMemory() throws IOException {
        List<Integer> ports = new ArrayList<>();
        List<TestNode> nodes = new ArrayList<>();
        for (long id = 1; id <= 3; id++) {
            TestNode node = TestNode.start(
                    id,
                    1,
                    TestNode.freePort(),
                    owner -> new MemoryEngine(SyncPolicy.EVERYSEC, owner),
                    List.copyOf(ports));
            started.add(node);
            TestNode.get(node.serving);
            ports.add(node.port);
            nodes.add(node);
        }
        return nodes;
    }

    /** With the engine that a node has in production, in the node's directory of this test. */
    private TestNode start(long id, long generation, List<Integer> seeds) throws IOException {
        return start(id, generation, TestNode.freePort(), seeds);
    }

    private TestNode start(long id, long generation, int port, List<Integer> seeds) throws IOException {
        EngineOptions options = EngineOptions.forHeap(64 << 20);
        TestNode node = TestNode.start(
                id, generation, port, owner -> LsmEngine.open(temp.resolve("n" + id), options, owner), seeds);
        started.add(node);
        return node;
    }

    private void stop(TestNode node) {
        started.remove(node);
        node.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
