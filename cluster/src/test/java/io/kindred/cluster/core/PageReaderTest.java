package io.kindred.cluster.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.keyspace.ScanCursor;
import io.kindred.cluster.message.KeyspaceMessage;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Record;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.FlushStamps;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.HybridClock;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages over steps that end before the next key, as the tables' do, or right behind the last one, as a memtable's do. */
final class PageReaderTest {
    private static final int PARTITION = 7;
    private static final long TIMEOUT_NANOS = 1_000_000;
    private static final byte[] RECORD = VersionsCodec.encode(Versions.delta(
            VersionVector.EMPTY, new Sibling(new Dot(new Actor(1, 1), 1), 1, Sibling.NEVER, new byte[] {'v'})));

    private final TreeMap<byte[], byte[]> stored = new TreeMap<>(Arrays::compareUnsigned);
    private final Clocks clocks = new Clocks(new HybridClock(1000));
    private long stepNanos;
    private int steps;

    private void store(long hash, int number) {
        byte[] key = ("k" + number).getBytes(StandardCharsets.UTF_8);
        stored.put(RecordKey.head(PARTITION, 0, hash, key).bytes(), RECORD);
    }

    private PageReader.Steps steps(boolean endsBehind) {
        return (from, to, limit, done) -> {
            steps++;
            clocks.advance(clocks.nanos() + stepNanos, 0);
            List<byte[]> keys = new ArrayList<>(stored.subMap(from, to).keySet());
            byte[] next = null;
            if (keys.size() > limit) {
                byte[] last = keys.get(limit - 1);
                next = endsBehind ? Arrays.copyOf(last, last.length + 1) : keys.get(limit);
                keys = keys.subList(0, limit);
            }
            done.accept(Event.Scanned.found(0, keys, Collections.nCopies(keys.size(), RECORD), next));
        };
    }

    private KeyspaceMessage.ScanReply page(boolean endsBehind, long fromHash, int limit) {
        List<KeyspaceMessage.ScanReply> replies = new ArrayList<>();
        Consumer<KeyspaceMessage.ScanReply> done = replies::add;
        new PageReader(
                        new PageReader.Source(
                                steps(endsBehind), new FlushStamps(1), clocks, TIMEOUT_NANOS, (key, damage) -> true),
                        new KeyspaceMessage.ScanRequest(1, 0, PARTITION, fromHash, limit),
                        done)
                .start();
        assertEquals(1, replies.size());
        return replies.get(0);
    }

    private void storeElements(long hash, int number, int elements) {
        byte[] key = ("k" + number).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < elements; i++) {
            byte[] element = ("e" + i).getBytes(StandardCharsets.UTF_8);
            stored.put(
                    RecordKey.head(PARTITION, 0, hash, key).withElement(element).bytes(), RECORD);
        }
    }

    /** As a scan takes pages: what lies below the next cursor is given, the rest is left to the next page. */
    private List<String> walk(boolean endsBehind, int limit) {
        List<String> given = new ArrayList<>();
        long fromHash = 0;
        while (true) {
            KeyspaceMessage.ScanReply page = page(endsBehind, fromHash, limit);
            assertEquals(Verdict.OK, page.verdict());
            long below = firstOf(page.nextHash());
            for (Record record : page.records()) {
                if (page.done() || Long.compareUnsigned(record.key().hash(), below) < 0) {
                    given.add(new String(record.key().key(), StandardCharsets.UTF_8));
                }
            }
            if (page.done()) {
                return given;
            }
            assertTrue(Long.compareUnsigned(below, fromHash) > 0, "a page that gets the scan nowhere");
            fromHash = below;
        }
    }

    /** The lowest hash of those that have the same cursor. */
    private static long firstOf(long hash) {
        return ScanCursor.at(PARTITION, hash).hashPrefix() << 28;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPageIsAboutAsLongAsWasAskedFor(boolean endsBehind) {
        for (int i = 0; i < 1000; i++) {
            store((long) i << 52, i);
        }
        KeyspaceMessage.ScanReply page = page(endsBehind, 0, 10);
        assertEquals(10, page.records().size());
        assertEquals(1, steps);
    }

    /** However many elements a key has, they cost a step at most. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void elementsArePassedOver(boolean endsBehind) {
        for (int i = 0; i < 40; i++) {
            // Some keys have a hash in common, some have no head.
            long hash = (long) (i / 2) << 50;
            if (i % 5 != 0) {
                store(hash, i);
            }
            storeElements(hash, i, 1 + i * i);
        }
        for (int limit : new int[] {1, 2, 7, 100, 100_000}) {
            steps = 0;
            List<String> given = walk(endsBehind, limit);
            assertEquals(32, given.size());
            assertEquals(32, new TreeSet<>(given).size());
            assertTrue(steps <= 200, () -> steps + " steps");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyKeyIsGivenOnceAlsoWhereMoreThanAPageShareACursor(boolean endsBehind) {
        TreeSet<String> all = new TreeSet<>();
        for (int i = 0; i < 400; i++) {
            // A lone key, then 39 that have one cursor, some of them with one hash.
            long hash = i % 40 == 0 ? ((long) i << 50) - 1 : (long) (i / 40) << 56 | i / 3;
            store(hash, i);
            all.add("k" + i);
        }
        for (int limit : new int[] {1, 2, 3, 7, 39, 40, 399, 400, 401}) {
            List<String> given = walk(endsBehind, limit);
            assertEquals(all, new TreeSet<>(given));
            assertEquals(all.size(), given.size(), "limit " + limit);
        }
    }

    @Test
    void aPageThatNobodyWaitsForAnyMoreIsNotReadToItsEnd() {
        for (int i = 0; i < 1000; i++) {
            store(i, i);
        }
        stepNanos = TIMEOUT_NANOS / 5;
        assertEquals(Verdict.FAILED, page(true, 0, 10).verdict());
        assertEquals(5, steps);
    }
}
