package io.kindred.cluster.version;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Single steps of a container, by example. */
class VersionsTest {

    private static final Actor X = new Actor(1, 1);
    private static final Actor Y = new Actor(2, 1);
    private static final Actor Z = new Actor(3, 1);
    private static final VersionVector UNSEEN = VersionVector.EMPTY;

    /** Three nodes, three replicas each: every node coordinates what it is sent, and tells the others. */
    private static final class Trio {
        final Versions[] held = {Versions.EMPTY, Versions.EMPTY, Versions.EMPTY};
        private final Actor[] actors = {X, Y, Z};
        private long stamp;

        /** Returns the context that the client gets. */
        VersionVector put(int at, VersionVector context, String value) {
            long counter = VersionVector.nextCounter(held[at].clock(), context, 0, actors[at]);
            Sibling sibling = sibling(actors[at], counter, ++stamp, value);
            held[at] = held[at].write(context, sibling);
            Versions delta = Versions.delta(context, sibling);
            for (int i = 0; i < held.length; i++) {
                held[i] = held[i].join(delta);
            }
            return context.with(sibling.dot(), sibling.stamp());
        }
    }

    @Test
    void textbookWalkThroughThreeNodes() {
        Trio trio = new Trio();
        VersionVector first = trio.put(0, UNSEEN, "D1");
        assertEquals("{1#1:1}", first.toString());
        VersionVector second = trio.put(0, first, "D2");
        assertEquals("{1#1:2}", second.toString());
        trio.put(1, second, "D3");
        trio.put(2, second, "D4");
        for (Versions held : trio.held) {
            assertEquals(List.of("D4", "D3"), values(held));
            assertEquals(new Dot(Z, 1), held.siblings().get(0).dot());
            assertEquals(new Dot(Y, 1), held.siblings().get(1).dot());
            assertEquals("{1#1:2 2#1:1 3#1:1}", held.clock().toString());
        }
        VersionVector merged = trio.put(0, trio.held[0].clock(), "D5");
        assertEquals("{1#1:3 2#1:1 3#1:1}", merged.toString());
        for (Versions held : trio.held) {
            assertEquals(List.of("D5"), values(held));
            assertEquals(merged, held.clock());
            assertTrue(held.sameAs(trio.held[0]));
        }
    }

    @Test
    void writeSupersedesOnlyWhatItsContextCovers() {
        Versions two = Versions.EMPTY.write(UNSEEN, sibling(X, 1, 10, "a")).write(UNSEEN, sibling(X, 2, 20, "b"));
        VersionVector sawFirst = UNSEEN.with(new Dot(X, 1), 10);
        Versions three = two.write(sawFirst, sibling(Y, 1, 15, "c"));
        assertEquals(List.of("b", "c"), values(three));
        assertEquals("{1#1:2 2#1:1}", three.clock().toString());
        Versions one = three.write(three.clock(), sibling(X, 3, 5, "d"));
        assertEquals(List.of("d"), values(one), "however old its stamp");
    }

    @Test
    void aDotIsNeverIssuedTwice() {
        Versions versions = Versions.EMPTY.write(UNSEEN, sibling(X, 1, 10, "a"));
        Sibling again = sibling(X, 1, 20, "b");
        assertThrows(IllegalStateException.class, () -> versions.write(UNSEEN, again));
        assertThrows(IllegalStateException.class, () -> Versions.EMPTY.write(versions.clock(), again));
        assertThrows(IllegalStateException.class, () -> Versions.delta(versions.clock(), again));
    }

    @Test
    void replicasAgreeEvenOnADotThatWasIssuedTwice() {
        Versions a = Versions.EMPTY.write(UNSEEN, sibling(X, 1, 10, "a"));
        Versions b = Versions.EMPTY.write(UNSEEN, sibling(X, 1, 10, "b"));
        assertEquals(a.join(b), b.join(a));
        Versions more = a.write(UNSEEN, sibling(Y, 1, 10, "y"));
        assertEquals(more.join(b), b.join(more));
    }

    @Test
    void winnerIsTheNewestValueAndNeverATombstone() {
        assertNull(Versions.EMPTY.winner());
        Versions versions = Versions.EMPTY.write(UNSEEN, sibling(X, 1, 90, null));
        assertNull(versions.winner());
        assertEquals(0, versions.valueCount());
        versions = versions.write(UNSEEN, sibling(X, 2, 10, "old")).write(UNSEEN, sibling(Y, 1, 20, "new"));
        assertEquals(2, versions.valueCount());
        assertEquals("new", text(versions.winner()));
        versions = versions.write(UNSEEN, sibling(X, 3, 20, "tie"));
        assertEquals("new", text(versions.winner()), "the greater dot wins a tie");
    }

    @Test
    void expiryIsAskedOfTheWinnerAfterwards() {
        Sibling expiring = new Sibling(new Dot(X, 1), 50, 1000, new byte[1]);
        Versions versions = Versions.EMPTY.write(UNSEEN, expiring).write(UNSEEN, sibling(Y, 1, 20, "older"));
        assertSame(expiring, versions.winner());
        assertFalse(expiring.isExpired(1000));
        assertTrue(expiring.isExpired(1001));
        assertFalse(sibling(X, 1, 1, "a").isExpired(Long.MAX_VALUE));
    }

    @Test
    void flushDropsWhatIsNoNewerAndRemembersIt() {
        Versions versions = Versions.EMPTY
                .write(UNSEEN, sibling(X, 1, 10, "a"))
                .write(UNSEEN, sibling(X, 2, 20, "b"))
                .write(UNSEEN, sibling(X, 3, 30, "c"));
        assertSame(versions, versions.withoutStampsUpTo(9));
        Versions flushed = versions.withoutStampsUpTo(20);
        assertEquals(List.of("c"), values(flushed));
        assertEquals(versions.clock(), flushed.clock());
        assertEquals(flushed, flushed.join(versions), "what was flushed does not come back");
    }

    @Test
    void sameAsLooksAtDotsAndEqualsAtBytes() {
        Versions a = Versions.EMPTY.write(UNSEEN, sibling(X, 1, 10, "a"));
        Versions b = Versions.EMPTY.write(UNSEEN, sibling(X, 1, 10, "b"));
        assertTrue(a.sameAs(b));
        assertFalse(a.equals(b));
        assertFalse(a.sameAs(a.write(UNSEEN, sibling(Y, 1, 10, "y"))));
        assertFalse(a.sameAs(a.withoutStampsUpTo(10)));
    }

    private static Sibling sibling(Actor actor, long counter, long stamp, @Nullable String value) {
        byte @Nullable [] bytes = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
        return new Sibling(new Dot(actor, counter), stamp, Sibling.NEVER, bytes);
    }

    private static List<String> values(Versions versions) {
        return versions.siblings().stream().map(VersionsTest::text).toList();
    }

    private static String text(@Nullable Sibling sibling) {
        assertNotNull(sibling);
        byte @Nullable [] value = sibling.value();
        return value == null ? "tombstone" : new String(value, StandardCharsets.UTF_8);
    }
}
