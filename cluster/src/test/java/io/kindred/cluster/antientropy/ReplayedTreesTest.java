package io.kindred.cluster.antientropy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.kindred.cluster.ring.Md5Partitioner;
import io.kindred.cluster.ring.RecordKey;
import org.junit.jupiter.api.Test;

/** What a log has of trees counts only where all of it is there. */
class ReplayedTreesTest {
    private static final int PARTITIONS = 4;
    private static final long NONE = ReplayedTrees.NO_NUMBER;

    private final Md5Partitioner partitioner = new Md5Partitioner();
    private final RecordKey key = partitioner.record(0, new byte[] {1}, PARTITIONS);
    private final int partition = key.partition();
    private final ReplayedTrees log = new ReplayedTrees(PARTITIONS, "md5", 1);
    private final byte[] stored = TreeRecord.encode(new PartitionTrees(2, true), 7);

    @Test
    void nothingHasHappenedSinceTreesWereStored() {
        ReplayedTrees.Taken taken = log.take(partition, stored, 6);
        assertNotNull(taken);
        assertEquals(0, taken.trees().root());
    }

    @Test
    void changesSinceTheyWereStoredAreAdded() {
        log.outdated(partition, 7);
        log.changed(key, 1, 100);
        log.changed(key, 0, -30);
        ReplayedTrees.Taken taken = log.take(partition, stored, 7);
        assertNotNull(taken);
        assertEquals(70, taken.trees().root());
    }

    @Test
    void changesBeforeTheyWereStoredAreInThem() {
        log.outdated(partition, 6);
        log.changed(key, 1, 100);
        log.saved(partition, stored);
        log.outdated(partition, 7);
        log.changed(key, 1, 5);
        ReplayedTrees.Taken taken = log.take(partition, stored, 7);
        assertNotNull(taken);
        assertEquals(5, taken.trees().root());
    }

    @Test
    void whereTheLogLacksTheFirstChangesNothingIsTaken() {
        log.changed(key, 1, 100);
        assertNull(log.take(partition, stored, 7));
    }

    @Test
    void whereItLacksAllChangesNothingIsTaken() {
        assertNull(log.take(partition, stored, 7));
    }

    @Test
    void changesThatNothingAnnouncedAreNotTrusted() {
        log.changed(key, 1, 100);
        log.outdated(partition, 7);
        assertNull(log.take(partition, stored, 7));
        assertNull(log.take(partition, stored, NONE));
    }

    @Test
    void anotherRecordThanTheStoresIsNotTrusted() {
        log.saved(partition, TreeRecord.encode(new PartitionTrees(2, true), 8));
        assertNull(log.take(partition, stored, NONE));
    }

    @Test
    void moreChangesThanAreKeptAreNotTaken() {
        log.outdated(partition, 7);
        for (int i = 0; i <= ReplayedTrees.PENDING_MAX; i++) {
            log.changed(key, 0, 1);
        }
        assertNull(log.take(partition, stored, 7));
        log.forgotten(partition);
        log.outdated(partition, 7);
        log.changed(key, 0, 1);
        assertNotNull(log.take(partition, stored, 7), "there is room again");
    }

    @Test
    void ofADamagedLogNothingIsTaken() {
        log.distrust();
        assertNull(log.take(partition, stored, NONE));
    }
}
