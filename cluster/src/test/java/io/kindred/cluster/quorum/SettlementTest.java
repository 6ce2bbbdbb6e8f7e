package io.kindred.cluster.quorum;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.TermMark;
import io.kindred.cluster.version.Versions;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A line of three updates of A under term 5, u1 to u3, each built on the one before. */
class SettlementTest {
    private static final Actor A = new Actor(1, 1);
    private static final Actor B = new Actor(2, 1);
    private static final Dot U1 = new Dot(A, 1);
    private static final Dot U2 = new Dot(A, 2);
    private static final Dot U3 = new Dot(A, 3);
    private static final List<Dot> LINE = List.of(U1, U2, U3);

    private static final Versions AFTER_U1 = on(Versions.EMPTY, U1, 5);
    private static final Versions AFTER_U2 = on(AFTER_U1, U2, 5);
    private static final Versions AFTER_U3 = on(AFTER_U2, U3, 5);

    private static Versions on(Versions held, Dot dot, long term) {
        TermMark mark = term == 0 ? TermMark.NONE : new TermMark(term, 0, 0);
        return held.write(held.clock(), new Sibling(dot, 1_000 + dot.counter(), -1, new byte[] {1}, mark));
    }

    private static Settlement of(Versions... answers) {
        Versions merged = Versions.EMPTY;
        for (Versions answer : answers) {
            merged = merged.join(answer);
        }
        @Nullable Versions[] all = answers;
        return Settlement.of(LINE, all, merged);
    }

    @Test
    void whatLivesAndCountsIsWrittenAgain() {
        assertEquals(new Settlement(true, 0, 0), of(AFTER_U3, AFTER_U1));
        // A version of a lower term beside it changes nothing.
        assertEquals(new Settlement(true, 0, 0), of(AFTER_U3, on(Versions.EMPTY, new Dot(B, 1), 4)));
    }

    @Test
    void whatNobodyHasBuiltUponRunsAgain() {
        assertEquals(new Settlement(false, 0, 0), of(AFTER_U3, on(Versions.EMPTY, new Dot(B, 1), 6)));
    }

    @Test
    void whatOthersHaveBuiltUponDoesNotRunAgain() {
        assertEquals(new Settlement(false, 1, 1), of(AFTER_U3, on(AFTER_U1, new Dot(B, 1), 6)));
        assertEquals(new Settlement(false, 2, 2), of(AFTER_U3, on(AFTER_U2, new Dot(B, 1), 6)));
        assertEquals(new Settlement(false, 3, 3), of(on(AFTER_U3, new Dot(B, 1), 6)));
    }

    /** A repair has brought u3 to all that hold the other one: what that was built upon cannot be told any more. */
    @Test
    void whatMayHaveBeenBuiltUponDoesNotRunAgain() {
        Versions both = AFTER_U3.join(on(AFTER_U1, new Dot(B, 1), 6));
        assertEquals(new Settlement(false, 0, 2), of(both, both));
        assertEquals(new Settlement(false, 0, 2), of(both, AFTER_U3));
        assertEquals(new Settlement(false, 1, 1), of(both, on(AFTER_U1, new Dot(B, 1), 6)));
        assertEquals(new Settlement(false, 0, 0), of(both, on(Versions.EMPTY, new Dot(B, 1), 6)));
    }

    @Test
    void aDeleteCountsToo() {
        Versions deleted = AFTER_U2.write(AFTER_U2.clock(), new Sibling(U3, 2_000, -1, null, new TermMark(5, 0, 0)));
        assertEquals(new Settlement(true, 0, 0), of(deleted, AFTER_U1));
    }

    @Test
    void whatWasNeverStoredIsNowhere() {
        assertEquals(
                new Settlement(false, 0, 0), Settlement.of(List.of(), new @Nullable Versions[] {AFTER_U1}, AFTER_U1));
    }
}
