package io.kindred.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.ring.Keyspace;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.TermMark;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import io.kindred.engine.BackupManifest;
import io.kindred.engine.EngineOptions;
import io.kindred.engine.LsmEngine;
import io.kindred.engine.StorageEngine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the parts of a backup have together. */
final class MergedRecordsTest {
    private static final long CLUSTER = 77;

    @TempDir
    Path root = Path.of("unset");

    private static RecordKey recordKey(int db, String key) {
        return RecordKey.head(3, db, key.hashCode(), key.getBytes(StandardCharsets.UTF_8));
    }

    private static Dot dot(long node, long counter) {
        return new Dot(new Actor(node, 1), counter);
    }

    private static Sibling value(long node, long counter, long stamp, String text) {
        return new Sibling(dot(node, counter), stamp, Sibling.NEVER, text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] bytes(Sibling sibling) {
        return VersionsCodec.encode(Versions.delta(VersionVector.EMPTY, sibling));
    }

    private static byte[] flushKey(int db) {
        return ByteBuffer.allocate(6)
                .put(Keyspace.META)
                .put((byte) 'X')
                .putInt(db)
                .array();
    }

    private static byte[] number(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    private static Map<String, String> facts(String node, String time) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("time", time);
        facts.put("cluster", String.format("%016x", CLUSTER));
        facts.put("node", node);
        facts.put("node-id", node);
        facts.put("members", "2");
        facts.put("ring-partitions", "8");
        facts.put("partitioner", "md5");
        return facts;
    }

    /** Gives the directory of a backup of an engine that has been written to. */
    private Path part(String node, String time, Consumer<StorageEngine> write) throws IOException {
        ExecutorService owner = Executors.newSingleThreadExecutor();
        LsmEngine engine = LsmEngine.open(root.resolve("data-" + node), EngineOptions.forHeap(64 << 20), owner);
        Path into = Files.createDirectories(root.resolve("parts")).resolve(node);
        try {
            CompletableFuture<String> ended = new CompletableFuture<>();
            owner.execute(() -> {
                write.accept(engine);
                engine.commit(failure -> engine.backUp(
                        into, facts(node, time), (made, why) -> ended.complete(why == null ? "" : why.message())));
            });
            assertEquals("", ended.join());
        } finally {
            CompletableFuture.runAsync(engine::close, owner).join();
            owner.shutdown();
        }
        return into;
    }

    private Path part(String node, Consumer<StorageEngine> write) throws IOException {
        return part(node, "2026-01-02T03:04:05Z", write);
    }

    private Map<String, Versions> merged(Path... directories) throws IOException {
        List<Part> parts = new ArrayList<>();
        Map<String, Versions> found = new LinkedHashMap<>();
        try {
            for (Path directory : directories) {
                parts.add(Part.open(directory, BackupManifest.read(directory)));
            }
            MergedRecords records = new MergedRecords(parts, CLUSTER);
            for (MergedRecords.Merged record = records.next(); record != null; record = records.next()) {
                String name = record.db() + ":" + new String(record.key(), StandardCharsets.UTF_8)
                        + new String(record.element(), StandardCharsets.UTF_8);
                assertNull(found.put(name, record.versions()), () -> name + " came twice");
            }
        } finally {
            for (Part part : parts) {
                part.close();
            }
        }
        try (Stream<Path> left = Files.list(root.resolve("parts"))) {
            assertEquals(directories.length, left.count(), "nothing is left beside the parts");
        }
        return found;
    }

    private static Versions of(Map<String, Versions> found, String name) {
        Versions versions = found.get(name);
        assertNotNull(versions, () -> name + " is not among " + found.keySet());
        return versions;
    }

    private static @Nullable String text(Sibling sibling) {
        byte[] value = sibling.value();
        return value == null ? null : new String(value, StandardCharsets.UTF_8);
    }

    @Test
    void siblingsOfAllPartsAreJoined() throws Exception {
        Path one = part("one", engine -> {
            engine.put(recordKey(0, "a").bytes(), bytes(value(1, 1, 100, "left")), 1);
            engine.put(recordKey(1, "b").bytes(), bytes(value(1, 1, 100, "only here")), 1);
        });
        Path two = part("two", engine -> engine.put(recordKey(0, "a").bytes(), bytes(value(2, 1, 200, "right")), 1));
        Map<String, Versions> found = merged(one, two);
        assertEquals(List.of("0:a", "1:b"), List.copyOf(found.keySet()));
        assertEquals(
                List.of("right", "left"),
                of(found, "0:a").siblings().stream()
                        .map(MergedRecordsTest::text)
                        .toList());
    }

    @Test
    void whatIsHeldForOthersIsJoinedToo() throws Exception {
        Path one = part("one", engine -> {
            engine.put(recordKey(0, "a").bytes(), bytes(value(1, 1, 100, "old")), 1);
            byte[] newer = VersionsCodec.encode(
                    Versions.delta(VersionVector.EMPTY.with(dot(1, 1), 100), value(1, 2, 300, "new")));
            engine.put(recordKey(0, "a").hint(9).bytes(), newer, 0);
            engine.put(recordKey(0, "b").hint(-5).bytes(), bytes(value(3, 1, 100, "for another")), 0);
        });
        Map<String, Versions> found = merged(one);
        assertEquals("new", text(of(found, "0:a").siblings().get(0)));
        assertEquals(1, of(found, "0:a").siblings().size());
        assertEquals("for another", text(of(found, "0:b").siblings().get(0)));
    }

    @Test
    void elementsAreRecordsOfTheirOwn() throws Exception {
        byte[] element = "el".getBytes(StandardCharsets.UTF_8);
        Path one = part("one", engine -> {
            engine.put(recordKey(0, "a").bytes(), bytes(value(1, 1, 100, "head")), 1);
            engine.put(recordKey(0, "a").withElement(element).bytes(), bytes(value(1, 2, 200, "left")), 0);
        });
        Path two = part("two", engine -> {
            RecordKey record = recordKey(0, "a").withElement(element);
            engine.put(record.bytes(), bytes(value(2, 1, 300, "right")), 0);
            engine.put(recordKey(1, "b").withElement(element).hint(9).bytes(), bytes(value(2, 2, 300, "hint")), 0);
        });
        Map<String, Versions> found = merged(one, two);
        assertEquals(List.of("0:a", "0:a\u0001el", "1:b\u0001el"), List.copyOf(found.keySet()));
        assertEquals("head", text(of(found, "0:a").siblings().get(0)));
        assertEquals(2, of(found, "0:a\u0001el").siblings().size());
    }

    @Test
    void whatOnePartHasDeletedDoesNotComeBackFromAnother() throws Exception {
        Path one = part("one", engine -> engine.put(recordKey(0, "a").bytes(), bytes(value(1, 1, 100, "old")), 1));
        Path two = part("two", engine -> {
            Sibling tombstone = new Sibling(dot(2, 1), 200, Sibling.NEVER, null);
            engine.put(
                    recordKey(0, "a").bytes(),
                    VersionsCodec.encode(Versions.delta(VersionVector.EMPTY.with(dot(1, 1), 100), tombstone)),
                    0);
        });
        Versions a = of(merged(one, two), "0:a");
        assertNull(a.winner());
        assertEquals(1, a.siblings().size());
    }

    @Test
    void whatAFlushThatOnlyOnePartKnowsHasDeletedIsLeftOut() throws Exception {
        Path one = part("one", engine -> {
            engine.put(recordKey(0, "a").bytes(), bytes(value(1, 1, 100, "flushed")), 1);
            engine.put(recordKey(0, "b").bytes(), bytes(value(1, 1, 301, "after")), 1);
            engine.put(recordKey(1, "a").bytes(), bytes(value(1, 1, 100, "another database")), 1);
        });
        Path two = part("two", engine -> engine.put(flushKey(0), number(300), 0));
        assertEquals(List.of("0:b", "1:a"), List.copyOf(merged(one, two).keySet()));
    }

    @Test
    void termsAreThoseOfNoDatacenterOfTheNewCluster() throws Exception {
        Sibling lower = new Sibling(dot(1, 1), 900, Sibling.NEVER, new byte[] {1}, new TermMark(5, 0, 0));
        Sibling higher = new Sibling(dot(2, 1), 100, Sibling.NEVER, new byte[] {2}, new TermMark(6, 0, 0));
        Path one = part("one", engine -> engine.put(recordKey(0, "a").bytes(), bytes(lower), 1));
        Path two = part("two", engine -> engine.put(recordKey(0, "a").bytes(), bytes(higher), 1));
        Versions a = of(merged(one, two), "0:a");
        Sibling winner = a.winner();
        assertNotNull(winner);
        assertEquals(higher.dot(), winner.dot(), "the greater term counts, as it did");
        assertNotEquals(0, winner.mark().datacenter());
        assertEquals(
                winner.mark().datacenter(), a.siblings().get(0).mark().datacenter(), "they were of one datacenter");
    }

    @Test
    void partsThatDoNotBelongTogetherAreRefused() throws Exception {
        Path one = part("one", engine -> {});
        Path late = part("late", "2026-01-02T05:04:05Z", engine -> {});
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(shown, true, StandardCharsets.UTF_8);
        BackupProblem apart =
                assertThrows(BackupProblem.class, () -> new VerifyRun(List.of(one, late), out).manifests());
        assertTrue(String.valueOf(apart.getMessage()).contains("not parts of one backup"), apart::toString);
        new VerifyRun(List.of(one), out).manifests();
        assertTrue(shown.toString(StandardCharsets.UTF_8).contains("parts of 1 nodes, and the cluster had 2"));
        assertEquals(Main.EXIT_FAILED, Main.run(new String[] {"verify", root.toString()}, "", out, out));
        assertEquals(Main.EXIT_USAGE, Main.run(new String[] {"restore", one.toString()}, "", out, out));
        assertEquals(
                Main.EXIT_UNREACHABLE,
                Main.run(new String[] {"make", "--node", "127.0.0.1:1", "--name", "x"}, "", out, out));
    }

    @Test
    void aComparisonSeesWhatIsMissing() throws Exception {
        Versions both = Versions.delta(VersionVector.EMPTY, value(1, 1, 100, "left"))
                .join(Versions.delta(VersionVector.EMPTY, value(2, 1, 200, "right")));
        MergedRecords.Merged wanted = new MergedRecords.Merged(0, new byte[] {'k'}, new byte[0], both);
        Versions one = Versions.delta(VersionVector.EMPTY, value(1, 1, 100, "left"));
        Versions newer = Versions.delta(both.clock(), value(7, 1, 300, "newer"));
        assertTrue(isEqual(wanted, both));
        assertTrue(isEqual(wanted, newer));
        assertTrue(!isEqual(wanted, one), "a sibling is missing");
        assertTrue(!isEqual(wanted, null), "the key is missing");
        assertTrue(!isEqual(wanted, both.join(Versions.EMPTY).withoutValues()), "the values are others");
    }

    private static boolean isEqual(MergedRecords.Merged wanted, @Nullable Versions found) throws IOException {
        Comparison comparison = new Comparison(1_000);
        comparison.compare(wanted, found == null ? null : VersionsCodec.encode(found));
        return comparison.isEqual();
    }
}
