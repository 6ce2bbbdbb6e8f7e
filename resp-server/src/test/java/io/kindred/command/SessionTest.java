package io.kindred.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.QuorumSpec;
import org.junit.jupiter.api.Test;

/** What RESET takes back of a session, and what it leaves. */
final class SessionTest {
    private final Session session = TestSessions.open();

    @Test
    void resetPutsEachPartBack() {
        session.identity().db(3);
        session.identity().protocol(3);
        session.identity().name("bob");
        session.identity().libraryName("jedis");
        session.identity().libraryVersion("8");
        session.quorums().choose(QuorumSpec.DEFAULT.withR(1));
        session.replies().off();
        session.flags().noEvict(true);
        session.flags().noTouch(true);
        session.flags().closeAfterReply();
        session.reset(true);
        assertEquals(0, session.db());
        assertEquals(2, session.identity().protocol());
        assertEquals("", session.identity().name());
        assertEquals(
                "jedis 8",
                session.identity().libraryName() + " " + session.identity().libraryVersion());
        assertEquals(QuorumSpec.DEFAULT, session.quorum());
        assertFalse(session.replies().isMuted());
        session.replies().beginReply();
        assertFalse(session.replies().isMuted(), "nor is what comes next");
        assertFalse(session.flags().noEvict() || session.flags().noTouch());
        assertTrue(session.flags().closesAfterReply(), "who is on the way out goes on");
        assertFalse(session.user().isAuthenticated());
    }

    @Test
    void whereNoPasswordIsAskedResetLeavesTheClientIn() {
        session.reset(false);
        assertTrue(session.user().isAuthenticated());
    }

    @Test
    void skipMutesTheCommandAndTheNext() {
        session.replies().skip();
        assertTrue(session.replies().isMuted());
        session.replies().beginReply();
        assertTrue(session.replies().isMuted());
        session.replies().beginReply();
        assertFalse(session.replies().isMuted());
    }
}
