package io.kindred.cluster.version;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.Seeds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SplitVersionsTest {
    private static final int STEPS = 60;

    private static ReplicatedKey history(Random random) {
        ReplicatedKey key = new ReplicatedKey(random, 3, 6);
        for (int step = 0; step < STEPS; step++) {
            key.step();
        }
        return key;
    }

    @Test
    void theirJoinIsTheWholeInAnyOrder() {
        Seeds.each(300, "SplitVersionsTest#theirJoinIsTheWholeInAnyOrder", random -> {
            ReplicatedKey key = history(random);
            Versions whole = key.replicas.get(0);
            Versions other = key.replicas.get(1);
            List<Versions> parts = new ArrayList<>(SplitVersions.of(whole, 1 + random.nextInt(200)));
            Collections.shuffle(parts, random);
            Versions joined = other;
            Versions alone = Versions.EMPTY;
            for (Versions part : parts) {
                assertEquals(part, VersionsCodec.decode(VersionsCodec.encode(part)));
                joined = joined.join(part);
                alone = alone.join(part);
            }
            assertEquals(whole, alone);
            assertEquals(other.join(whole), joined);
        });
    }

    /** Whatever ends a handoff between two of them. */
    @Test
    void someOfThemTakeNothingAwayAndNothingBack() {
        Seeds.each(300, "SplitVersionsTest#someOfThemTakeNothingAwayAndNothingBack", random -> {
            ReplicatedKey key = history(random);
            Versions whole = key.replicas.get(0);
            Versions joined = key.replicas.get(1);
            List<Versions> parts = SplitVersions.of(whole, 1);
            Versions end = joined.join(whole);
            for (Versions part : parts.subList(0, random.nextInt(parts.size()))) {
                Versions before = joined;
                joined = joined.join(part);
                assertTrue(joined.siblings().containsAll(before.siblings()));
                assertTrue(end.clock().descends(joined.clock()));
            }
            assertEquals(end, joined.join(whole));
        });
    }

    @Test
    void eachHasAsManySiblingsAsAreAllowed() {
        Versions whole = Versions.EMPTY;
        for (int i = 1; i <= 10; i++) {
            Sibling sibling = new Sibling(new Dot(new Actor(7, 1), i), i, Sibling.NEVER, new byte[1_000]);
            whole = whole.write(VersionVector.EMPTY, sibling);
        }
        assertEquals(List.of(whole), SplitVersions.of(whole, 20_000));
        assertEquals(
                List.of(3, 3, 3, 1),
                SplitVersions.of(whole, 3_500).stream()
                        .map(Versions::valueCount)
                        .toList());
        assertEquals(10, SplitVersions.of(whole, 0).size());
    }
}
