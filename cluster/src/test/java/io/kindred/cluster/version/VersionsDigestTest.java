package io.kindred.cluster.version;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.kindred.cluster.Seeds;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VersionsDigestTest {
    private static final Actor ACTOR = new Actor(0x1234_5678_9abc_def0L, 2);
    private static final byte[] KEY = "some key".getBytes(StandardCharsets.UTF_8);

    private static Versions written(byte[] value) {
        return Versions.EMPTY.write(VersionVector.EMPTY, new Sibling(new Dot(ACTOR, 1), 77, Sibling.NEVER, value));
    }

    /** They are on disks and between versions: another number is another format. */
    @Test
    void digestsNeverChange() {
        assertEquals(0, VersionsDigest.of(KEY, Versions.EMPTY, 0));
        assertEquals(
                -4324900581860677071L, VersionsDigest.of(KEY, written("value".getBytes(StandardCharsets.UTF_8)), 0));
        assertEquals(
                -2439316685180262038L,
                VersionsDigest.of(KEY, written("v".repeat(99).getBytes(StandardCharsets.UTF_8)), 0));
    }

    @Test
    void whatAFlushHidesIsNotDigested() {
        Versions versions = written(KEY);
        assertEquals(VersionsDigest.ABSENT, VersionsDigest.of(KEY, versions, 77));
        assertNotEquals(VersionsDigest.ABSENT, VersionsDigest.of(KEY, versions, 76));
    }

    @Test
    void everyBitOfAValueCounts() {
        Seeds.each(20, "VersionsDigestTest#everyBitOfAValueCounts", random -> {
            byte[] value = new byte[1 + random.nextInt(100)];
            random.nextBytes(value);
            Set<Long> digests = new HashSet<>();
            for (int bit = 0; bit < value.length * Byte.SIZE; bit++) {
                byte[] other = value.clone();
                other[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
                digests.add(VersionsDigest.of(KEY, written(other), 0));
            }
            assertEquals(value.length * Byte.SIZE, digests.size());
        });
    }

    @Test
    void stampsOfRunsDoNotCountThoseOfSiblingsDo() {
        Dot dot = new Dot(ACTOR, 1);
        Versions early = Versions.EMPTY.write(VersionVector.EMPTY, new Sibling(dot, 5, Sibling.NEVER, KEY));
        Versions late = Versions.EMPTY.write(VersionVector.EMPTY, new Sibling(dot, 6, Sibling.NEVER, KEY));
        assertNotEquals(VersionsDigest.of(KEY, early, 0), VersionsDigest.of(KEY, late, 0));
        Sibling newer = new Sibling(new Dot(ACTOR, 2), 9, Sibling.NEVER, KEY);
        assertEquals(
                VersionsDigest.of(KEY, early.write(early.clock(), newer), 0),
                VersionsDigest.of(KEY, late.write(late.clock(), newer), 0));
    }
}
