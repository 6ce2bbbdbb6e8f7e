package io.kindred.cluster.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.CorruptRecordException;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DumpedRecordTest {
    private static final Versions VERSIONS = Versions.delta(
            VersionVector.EMPTY, new Sibling(new Dot(new Actor(1, 1), 1), 1, Sibling.NEVER, new byte[] {'v'}));

    @Test
    void aHeadIsItsContainerAlone() {
        byte[] bytes = new DumpedRecord(new byte[0], VERSIONS).encode();
        assertArrayEquals(VersionsCodec.encode(VERSIONS), bytes);
        DumpedRecord again = DumpedRecord.decode(bytes);
        assertEquals(0, again.element().length);
        assertEquals(VERSIONS, again.versions());
    }

    @Test
    void anElementComesBackToItsOwnRecord() {
        RecordKey head = RecordKey.firstOf(3);
        for (int length : List.of(0, 1, 255, 256, 1000)) {
            RecordKey key = head.withElement(new byte[length]);
            DumpedRecord again = DumpedRecord.decode(new DumpedRecord(key.behindKey(), VERSIONS).encode());
            assertEquals(key, head.withBehindKey(again.element()));
            assertEquals(VERSIONS, again.versions());
        }
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        byte[] good =
                new DumpedRecord(RecordKey.firstOf(3).withElement(new byte[5]).behindKey(), VERSIONS).encode();
        for (int at : new int[] {1, 2, 3, 10}) {
            byte[] wrong = good.clone();
            wrong[at] ^= 0x70;
            assertThrows(CorruptRecordException.class, () -> DumpedRecord.decode(wrong));
        }
        assertThrows(CorruptRecordException.class, () -> DumpedRecord.decode(new byte[] {good[0], 0}));
    }
}
