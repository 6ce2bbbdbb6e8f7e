package io.kindred.cluster.version;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.Seeds;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The join's laws, and what they are for: nothing acknowledged is lost, nothing superseded stays. */
class VersionsLawsTest {

    @Test
    void joinIsCommutativeAssociativeAndIdempotent() {
        Seeds.each(400, "VersionsLawsTest#joinIsCommutativeAssociativeAndIdempotent", random -> {
            ReplicatedKey key = someHistory(random);
            Versions a = any(random, key);
            Versions b = any(random, key);
            Versions c = any(random, key);
            assertIdentical(a.join(b), b.join(a));
            assertIdentical(a.join(b).join(c), a.join(b.join(c)));
            assertSame(a, a.join(a));
            Versions ab = a.join(b);
            assertSame(ab, ab.join(a), "a join that adds nothing makes nothing new");
            assertSame(ab, ab.join(b));
            assertTrue(ab.clock().descends(a.clock()) && ab.clock().descends(b.clock()));
        });
    }

    @Test
    void everyUnsupersededWriteSurvivesAndNothingElse() {
        Seeds.each(600, "VersionsLawsTest#everyUnsupersededWriteSurvivesAndNothingElse", random -> {
            ReplicatedKey key = someHistory(random);
            key.converge();
            for (Versions replica : key.replicas) {
                assertEquals(key.unsuperseded(), ReplicatedKey.alive(replica));
                assertIdentical(key.replicas.get(0), replica);
            }
        });
    }

    @Test
    void clockCoversExactlyWhatWasSeen() {
        Seeds.each(400, "VersionsLawsTest#clockCoversExactlyWhatWasSeen", random -> {
            ReplicatedKey key = someHistory(random);
            for (int i = 0; i < key.replicas.size(); i++) {
                assertEquals(key.seen.get(i), dots(key.replicas.get(i).clock()));
            }
        });
    }

    @Test
    void siblingsAreSortedCoveredAndNoNewerThanTheirRun() {
        Seeds.each(400, "VersionsLawsTest#siblingsAreSortedCoveredAndNoNewerThanTheirRun", random -> {
            for (Versions replica : someHistory(random).replicas) {
                assertWellFormed(replica);
            }
        });
    }

    @Test
    void chainedPutsNeverEraseWhatTheirClientHasNotSeen() {
        Seeds.each(200, "VersionsLawsTest#chainedPutsNeverEraseWhatTheirClientHasNotSeen", random -> {
            Actor actor = new Actor(random.nextLong(), 1);
            VersionVector[] contexts = {VersionVector.EMPTY, VersionVector.EMPTY, VersionVector.EMPTY};
            Sibling[] newest = new Sibling[contexts.length];
            Versions versions = Versions.EMPTY;
            for (int i = 0; i < 40; i++) {
                int client = random.nextInt(contexts.length);
                Dot dot = new Dot(actor, VersionVector.nextCounter(versions.clock(), contexts[client], 0, actor));
                Sibling sibling = new Sibling(dot, i, -1, new byte[] {(byte) i});
                versions = versions.write(contexts[client], sibling);
                contexts[client] = contexts[client].with(dot, i);
                newest[client] = sibling;
            }
            Set<Sibling> expected = new HashSet<>(Arrays.asList(newest));
            expected.remove(null);
            assertEquals(expected, Set.copyOf(versions.siblings()));
            assertEquals(1, versions.clock().entries());
        });
    }

    @Test
    void fortyActorsAreCutToThirtyTwoEntriesAndNoSiblingIsLost() {
        Seeds.each(100, "VersionsLawsTest#fortyActorsAreCutToThirtyTwoEntriesAndNoSiblingIsLost", random -> {
            Versions versions = Versions.EMPTY;
            int live = random.nextInt(32);
            for (int i = 0; i < 40; i++) {
                VersionVector context = i < 40 - live ? versions.clock() : VersionVector.EMPTY;
                Dot dot = new Dot(new Actor(random.nextLong(), 1), 1);
                versions = versions.write(context, new Sibling(dot, random.nextInt(1000), -1, new byte[1]));
            }
            Versions cut = versions.truncate(32, Long.MAX_VALUE);
            assertEquals(40, versions.clock().entries());
            assertEquals(32, cut.clock().entries());
            assertEquals(versions.siblings(), cut.siblings());
            assertWellFormed(cut);
            Set<Dot> needed = ReplicatedKey.alive(versions);
            long newestGone = versions.clock().runs().stream()
                    .filter(run -> !cut.clock().covers(new Dot(run.actor(), run.to())))
                    .mapToLong(VersionVector.Run::stamp)
                    .max()
                    .orElseThrow();
            assertTrue(cut.clock().runs().stream()
                    .filter(run -> !needed.contains(new Dot(run.actor(), run.to())))
                    .allMatch(run -> run.stamp() >= newestGone));
        });
    }

    @Test
    void noEntryThatASiblingNeedsIsCutHoweverMany() {
        Versions versions = Versions.EMPTY;
        for (int i = 0; i < 40; i++) {
            Dot dot = new Dot(new Actor(i, 1), 1);
            versions = versions.write(VersionVector.EMPTY, new Sibling(dot, i, -1, new byte[1]));
        }
        assertSame(versions, versions.truncate(32, Long.MAX_VALUE));
    }

    private static ReplicatedKey someHistory(Random random) {
        ReplicatedKey key = new ReplicatedKey(random, 1 + random.nextInt(4), 1 + random.nextInt(4));
        int steps = random.nextInt(60);
        for (int i = 0; i < steps; i++) {
            key.step();
        }
        return key;
    }

    private static Versions any(Random random, ReplicatedKey key) {
        return random.nextInt(10) == 0 ? Versions.EMPTY : key.replicas.get(random.nextInt(key.replicas.size()));
    }

    private static Set<Dot> dots(VersionVector vector) {
        Set<Dot> dots = new TreeSet<>();
        for (VersionVector.Run run : vector) {
            for (long counter = run.from(); counter <= run.to(); counter++) {
                dots.add(new Dot(run.actor(), counter));
            }
        }
        return dots;
    }

    static void assertWellFormed(Versions versions) {
        List<Sibling> siblings = versions.siblings();
        for (int i = 0; i < siblings.size(); i++) {
            Dot dot = siblings.get(i).dot();
            assertTrue(versions.clock().covers(dot));
            assertTrue(versions.clock().stamp(versions.clock().runOf(dot))
                    >= siblings.get(i).stamp());
            assertFalse(i > 0 && Sibling.NEWEST_FIRST.compare(siblings.get(i - 1), siblings.get(i)) >= 0);
        }
    }

    /** The same bytes: stamps of the clock included. */
    static void assertIdentical(Versions expected, Versions actual) {
        assertEquals(expected, actual);
        assertArrayEquals(VersionsCodec.encode(expected), VersionsCodec.encode(actual));
    }
}
