package io.kindred.cluster.version;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The vector beside a plain map of dots to stamps. */
class VersionVectorTest {

    private static final Actor A = new Actor(1, 1);
    private static final Actor A2 = new Actor(1, 2);
    /** Negative as a number, last as an id. */
    private static final Actor Z = new Actor(-1, 1);

    private static final List<Actor> ACTORS = List.of(A, A2, Z);
    private static final int COUNTERS = 9;

    @Test
    void isTheSetOfItsDots() {
        Seeds.each(1500, "VersionVectorTest#isTheSetOfItsDots", random -> {
            TreeMap<Dot, Long> model = new TreeMap<>();
            VersionVector vector = anyVector(random, model);
            assertMatches(model, vector);
        });
    }

    @Test
    void joinIsTheUnion() {
        Seeds.each(1500, "VersionVectorTest#joinIsTheUnion", random -> {
            TreeMap<Dot, Long> left = new TreeMap<>();
            TreeMap<Dot, Long> right = new TreeMap<>();
            VersionVector a = anyVector(random, left);
            VersionVector b = anyVector(random, right);
            assertEquals(left.keySet().containsAll(right.keySet()), a.descends(b));
            assertEquals(left.keySet().equals(right.keySet()), a.equals(b));
            TreeMap<Dot, Long> union = new TreeMap<>(left);
            right.forEach((dot, stamp) -> union.merge(dot, stamp, Math::max));
            VersionVector joined = a.join(b);
            assertMatches(union, joined);
            assertEquals(joined.runs(), b.join(a).runs());
            assertEquals(joined.hashCode(), b.join(a).hashCode());
            assertSame(joined, joined.join(a));
        });
    }

    @Test
    void looseDotsFoldInWhenTheGapCloses() {
        VersionVector vector = VersionVector.EMPTY.with(new Dot(A, 1), 10).with(new Dot(A, 3), 30);
        assertEquals(2, vector.entries());
        assertEquals(1, vector.counter(A));
        assertEquals(3, vector.highest(A));
        assertFalse(vector.covers(new Dot(A, 2)));
        VersionVector folded = vector.with(new Dot(A, 2), 20);
        assertEquals(List.of(new VersionVector.Run(A, 1, 3, 30)), folded.runs());
    }

    /** A run may be known with an older stamp: where a truncated clock has met part of it anew. */
    @Test
    void joinKeepsTheNewestStampOfEqualDots() {
        VersionVector older = VersionVector.EMPTY.with(new Dot(A, 1), 10);
        VersionVector newer = VersionVector.EMPTY.with(new Dot(A, 1), 20);
        assertEquals(older, newer);
        assertSame(newer, older.join(newer));
        assertSame(newer, newer.join(older));
        VersionVector other = VersionVector.EMPTY.with(new Dot(Z, 1), 5);
        assertEquals(
                older.join(other).join(newer).runs(),
                newer.join(other).join(older).runs());
    }

    @Test
    void actorsAreOrderedByUnsignedIdThenIncarnation() {
        VersionVector vector = VersionVector.EMPTY
                .with(new Dot(Z, 1), 1)
                .with(new Dot(A2, 1), 1)
                .with(new Dot(A, 1), 1);
        assertEquals(ACTORS, vector.actors());
        assertEquals("{1#1:1 1#2:1 ffffffffffffffff#1:1}", vector.toString());
    }

    @Test
    void oneActorAboveAFloorCostsOneEntry() {
        VersionVector vector = VersionVector.EMPTY;
        for (int i = 0; i < 100; i++) {
            long counter = VersionVector.nextCounter(vector, VersionVector.EMPTY, 10, A);
            vector = vector.with(new Dot(A, counter), i);
        }
        assertEquals(List.of(new VersionVector.Run(A, 11, 110, 99)), vector.runs());
        assertEquals(0, vector.counter(A));
    }

    @Test
    void nextCounterIsAboveAllThatMayHaveBeenIssued() {
        VersionVector clock = VersionVector.EMPTY.with(new Dot(A, 4), 1);
        VersionVector context = VersionVector.EMPTY.with(new Dot(A, 6), 1).with(new Dot(A2, 90), 1);
        assertEquals(1, VersionVector.nextCounter(VersionVector.EMPTY, VersionVector.EMPTY, 0, A));
        assertEquals(5, VersionVector.nextCounter(clock, VersionVector.EMPTY, 0, A));
        assertEquals(7, VersionVector.nextCounter(clock, context, 0, A));
        assertEquals(9, VersionVector.nextCounter(clock, context, 8, A));
        VersionVector worn = VersionVector.EMPTY.with(new Dot(A, Long.MAX_VALUE), 1);
        assertThrows(ArithmeticException.class, () -> VersionVector.nextCounter(worn, context, 0, A));
    }

    @Test
    void runsMayEndAtTheGreatestCounter() {
        VersionVector end = VersionVector.EMPTY.with(new Dot(A, Long.MAX_VALUE), 1);
        VersionVector both = end.with(new Dot(A, Long.MAX_VALUE - 1), 2);
        assertEquals(List.of(new VersionVector.Run(A, Long.MAX_VALUE - 1, Long.MAX_VALUE, 2)), both.runs());
        assertEquals(both, both.join(end));
    }

    @Test
    void truncateForgetsOldestFirstButNothingNeeded() {
        Seeds.each(500, "VersionVectorTest#truncateForgetsOldestFirstButNothingNeeded", random -> {
            VersionVector vector = anyVector(random, new TreeMap<>());
            List<Dot> needed = new ArrayList<>();
            for (VersionVector.Run run : vector) {
                if (random.nextInt(3) == 0) {
                    needed.add(new Dot(run.actor(), run.from() + random.nextInt((int) (run.to() - run.from()) + 1)));
                }
            }
            int max = random.nextInt(6);
            VersionVector cut = vector.truncate(max, needed);
            assertTrue(vector.runs().containsAll(cut.runs()));
            assertTrue(needed.stream().allMatch(cut::covers));
            assertEquals(Math.min(vector.entries(), Math.max(max, needed.size())), cut.entries());
            List<VersionVector.Run> gone = new ArrayList<>(vector.runs());
            gone.removeAll(cut.runs());
            for (VersionVector.Run kept : cut) {
                boolean free = needed.stream()
                        .noneMatch(dot -> dot.actor().equals(kept.actor())
                                && dot.counter() >= kept.from()
                                && dot.counter() <= kept.to());
                assertTrue(!free || gone.stream().allMatch(run -> run.stamp() <= kept.stamp()));
            }
        });
    }

    private static VersionVector anyVector(Random random, Map<Dot, Long> model) {
        VersionVector vector = VersionVector.EMPTY;
        int size = random.nextInt(15);
        for (int i = 0; i < size; i++) {
            Dot dot = new Dot(ACTORS.get(random.nextInt(ACTORS.size())), 1 + random.nextInt(COUNTERS));
            // A dot has one stamp, wherever it is seen.
            long stamp = (dot.counter() * 7 + dot.actor().hashCode()) & 0xff;
            vector = vector.with(dot, stamp);
            model.put(dot, stamp);
        }
        return vector;
    }

    private static void assertMatches(Map<Dot, Long> model, VersionVector vector) {
        for (Actor actor : ACTORS) {
            long contiguous = 0;
            long highest = 0;
            for (long counter = 1; counter <= COUNTERS + 1; counter++) {
                Dot dot = new Dot(actor, counter);
                assertEquals(model.containsKey(dot), vector.covers(dot), () -> dot + " in " + vector);
                highest = model.containsKey(dot) ? counter : highest;
                contiguous = model.containsKey(dot) && contiguous == counter - 1 ? counter : contiguous;
            }
            assertEquals(contiguous, vector.counter(actor));
            assertEquals(highest, vector.highest(actor));
        }
        VersionVector.Run previous = null;
        for (VersionVector.Run run : vector) {
            long newest = 0;
            for (long counter = run.from(); counter <= run.to(); counter++) {
                newest = Math.max(newest, model.getOrDefault(new Dot(run.actor(), counter), 0L));
            }
            assertEquals(newest, run.stamp());
            if (previous != null && previous.actor().equals(run.actor())) {
                assertTrue(previous.to() + 1 < run.from(), "runs that touch are one");
            }
            previous = run;
        }
    }
}
