package io.kindred.cluster.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SeedTroublesTest {
    private static final HandshakeFailure SECRET = new HandshakeFailure(HandshakeFailure.Kind.SECRET, "secret");
    private static final HandshakeFailure CLUSTER = new HandshakeFailure(HandshakeFailure.Kind.CLUSTER, "cluster");

    private final SeedTroubles troubles = new SeedTroubles();

    @Test
    void thatNoSeedLetsItInIsToldOnceAllHaveFailed() {
        troubles.dialed("a:1");
        troubles.dialed("b:1");
        assertFalse(troubles.failed("b:1", SECRET));
        assertEquals("", troubles.text());
        assertTrue(troubles.failed("a:1", CLUSTER));
        assertEquals("no seed lets it in: a:1: cluster; b:1: secret", troubles.text());
        assertFalse(troubles.failed("a:1", CLUSTER));
        assertTrue(troubles.failed("a:1", SECRET));
    }

    @Test
    void noSeedIsTheTroubleWhereAnotherLetsItIn() {
        troubles.dialed("a:1");
        troubles.dialed("b:1");
        troubles.failed("b:1", SECRET);
        troubles.failed("a:1", SECRET);
        assertTrue(troubles.letsIn("a:1"));
        assertEquals("", troubles.text());
        assertFalse(troubles.failed("b:1", CLUSTER));
        assertEquals("", troubles.text());
    }

    @Test
    void theOthersAreNamedAgainWhenTheOneThatLetItInFails() {
        troubles.dialed("a:1");
        troubles.dialed("b:1");
        troubles.letsIn("a:1");
        troubles.failed("b:1", SECRET);
        assertTrue(troubles.failed("a:1", CLUSTER));
        assertEquals("no seed lets it in: a:1: cluster; b:1: secret", troubles.text());
    }

    @Test
    void oneThatIsNotDialedAnyMoreIsNotWaitedFor() {
        troubles.dialed("a:1");
        troubles.dialed("b:1");
        troubles.failed("b:1", SECRET);
        assertTrue(troubles.isOver("a:1"));
        assertEquals("no seed lets it in: b:1: secret", troubles.text());
        assertTrue(troubles.isOver("b:1"));
        assertEquals("", troubles.text());
    }
}
