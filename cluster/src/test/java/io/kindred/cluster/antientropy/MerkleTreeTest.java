package io.kindred.cluster.antientropy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.Seeds;
import io.kindred.cluster.quorum.FlushStamps;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Versions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MerkleTreeTest {

    private record Entry(long path, long digest) {}

    private static List<Entry> entries(Random random) {
        List<Entry> entries = new ArrayList<>();
        for (int i = random.nextInt(2_000); i >= 0; i--) {
            entries.add(new Entry(random.nextLong(), random.nextLong()));
        }
        return entries;
    }

    private static MerkleTree tree(int bits, List<Entry> entries) {
        MerkleTree tree = new MerkleTree(bits, 0);
        entries.forEach(entry -> tree.add(entry.path(), entry.digest(), 1));
        return tree;
    }

    @Test
    void theSameEntriesHaveTheSameSumsInAnyOrderAndResolution() {
        Seeds.each(50, "MerkleTreeTest#theSameEntriesHaveTheSameSumsInAnyOrderAndResolution", random -> {
            List<Entry> entries = entries(random);
            MerkleTree coarse = tree(random.nextInt(6), entries);
            Collections.shuffle(entries, random);
            MerkleTree fine = tree(6 + random.nextInt(6), entries);
            assertEquals(coarse.root(), fine.root());
            assertTrue(coarse.agreesWith(fine));
            for (int prefix = 0; prefix < 1 << coarse.bits(); prefix++) {
                assertEquals(coarse.bucket(prefix), fine.sum(coarse.bits(), prefix));
            }
        });
    }

    @Test
    void whatIsTakenBackLeavesNothing() {
        Seeds.each(50, "MerkleTreeTest#whatIsTakenBackLeavesNothing", random -> {
            List<Entry> entries = entries(random);
            MerkleTree tree = tree(4, entries);
            Collections.shuffle(entries, random);
            entries.forEach(entry -> tree.add(entry.path(), -entry.digest(), -1));
            assertEquals(0, tree.root());
            assertTrue(tree.agreesWith(new MerkleTree(0, 0)));
        });
    }

    @Test
    void anInnerSumIsThatOfItsChildren() {
        MerkleTree tree = tree(8, entries(new Random(3)));
        for (int depth = 0; depth < 8; depth++) {
            for (int prefix = 0; prefix < 1 << depth; prefix++) {
                assertEquals(
                        tree.sum(depth, prefix),
                        tree.sum(depth + 1, 2L * prefix) + tree.sum(depth + 1, 2L * prefix + 1));
            }
        }
        assertEquals(tree.root(), tree.sum(0, 0));
    }

    @Test
    void everyHashIsInTheSpanOfItsPath() {
        Seeds.each(20, "MerkleTreeTest#everyHashIsInTheSpanOfItsPath", random -> {
            TreeLayout lanes = new TreeLayout(1024, true, 16);
            int partition = random.nextInt(1024);
            long hash = random.nextBoolean() ? random.nextLong() : (long) partition << 54 | random.nextLong() >>> 10;
            int lane = lanes.lane(partition, 5, hash);
            int depth = random.nextInt(MerkleTree.BITS_MAX + 1);
            long prefix = depth == 0 ? 0 : lanes.path(lane, hash) >>> (Long.SIZE - depth);
            assertTrue(Long.compareUnsigned(lanes.firstHash(partition, lane, depth, prefix), hash) <= 0);
            assertTrue(Long.compareUnsigned(lanes.lastHash(partition, lane, depth, prefix), hash) >= 0);
        });
    }

    /** Writes, undone ones, growth, flushes and builds in any order: the trees are those of the records in the end. */
    @Test
    void treesFollowRecords() {
        Seeds.each(30, "MerkleTreeTest#treesFollowRecords", random -> {
            TwoReplicas two = new TwoReplicas();
            TestReplica replica = two.left;
            replica.begin(false);
            long stamp = 10;
            for (int step = 0; step < 3_000; step++) {
                RecordKey key = two.key(random.nextInt(2), "{t" + random.nextInt(2) + "}" + random.nextInt(500));
                Versions held = replica.held(key);
                switch (random.nextInt(200)) {
                    case 0 -> {
                        int db = random.nextInt(2);
                        replica.flushStamps.raise(db, stamp - random.nextInt(10));
                        replica.trees.flushed(db);
                    }
                    case 1, 2, 3, 4 -> {
                        Versions next = TwoReplicas.write(held, 1, stamp++, "undone");
                        long difference = replica.trees.changed(key, held, next);
                        replica.trees.undone(key, difference, replica.trees.epoch());
                    }
                    case 5, 6, 7 -> {
                        replica.clocks.advance(stamp * 1_000_000_000L, 0);
                        replica.scrubber.onTick();
                    }
                    case 8 -> replica.put(key, Versions.EMPTY);
                    default -> replica.put(key, TwoReplicas.write(held, 1, stamp++, "v" + step));
                }
            }
            replica.build();
            assertTreesAreThoseOfTheRecords(replica);
        });
    }

    private static void assertTreesAreThoseOfTheRecords(TestReplica replica) {
        TestReplica anew = new TwoReplicas().left;
        for (int db = 0; db < anew.flushStamps.databases(); db++) {
            anew.flushStamps.raise(db, replica.flushStamps.of(db));
        }
        anew.records.putAll(replica.records);
        anew.begin(true);
        anew.build();
        for (int partition = 0; partition < TestReplica.PARTITIONS; partition++) {
            assertEquals(anew.trees.root(partition), replica.trees.root(partition), "partition " + partition);
            byte[] stored = replica.trees.record(partition);
            assertTrue(stored != null, "ready");
        }
    }

    @Test
    void aStoredTreeComesBackUnlessDamagedOrOlderThanAFlush() {
        TwoReplicas two = new TwoReplicas();
        two.left.begin(false);
        for (int i = 0; i < 300; i++) {
            two.left.put(two.key(0, "{t}" + i), TwoReplicas.write(Versions.EMPTY, 1, 5, "v" + i));
        }
        two.left.build();
        int partition = partitionOf(two);
        byte[] record = two.left.trees.record(partition);
        if (record == null) {
            throw new AssertionError("not ready");
        }
        TreeLayout lanes = two.left.trees.lanes();
        FlushStamps stamps = two.left.flushStamps;
        PartitionTrees back = TreeRecord.decode(record, lanes);
        assertTrue(back != null && back.under(stamps));
        assertEquals(two.left.trees.root(partition), back.root());
        for (int length = 0; length < record.length; length++) {
            assertNull(TreeRecord.decode(Arrays.copyOf(record, length), lanes));
        }
        stamps.raise(0, 9);
        assertFalse(back.under(stamps));
    }

    private static int partitionOf(TwoReplicas two) {
        return two.key(0, "{t}").partition();
    }
}
