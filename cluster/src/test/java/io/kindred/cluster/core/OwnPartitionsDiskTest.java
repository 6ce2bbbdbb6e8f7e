package io.kindred.cluster.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.transfer.OwnPartitions;
import java.util.List;
import org.junit.jupiter.api.Test;

class OwnPartitionsDiskTest {
    @Test
    void whoHasStoredNothingHoldsNothing() {
        // A newcomer whose machine lost power knows the ring again at once, from a file of its own, and has no data.
        OwnPartitions.Stored stored = OwnPartitionsDisk.stored(64, List.of());
        assertEquals(0, stored.held()[0]);
        assertEquals(0, stored.present()[0]);
        assertFalse(stored.hasJoined());
    }

    @Test
    void whatWasStoredIsHeldAgain() {
        OwnPartitions.Stored stored = OwnPartitionsDisk.stored(
                128, List.of(record(MetaKey.HELD, 1, 5), record(MetaKey.PRESENT, 1, 7), record(MetaKey.HOLDING, 1, 1)));
        assertEquals(0, stored.held()[0]);
        assertEquals(5, stored.held()[1]);
        assertEquals(7, stored.present()[1]);
        assertTrue(stored.hasJoined());
    }

    private static Recovered.MetaRecord record(byte kind, int number, long value) {
        return new Recovered.MetaRecord(MetaKey.of(kind, number), MetaKey.value(value));
    }
}
