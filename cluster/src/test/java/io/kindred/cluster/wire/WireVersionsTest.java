package io.kindred.cluster.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.Message;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class WireVersionsTest {
    @Test
    void aBuildOfTheVersionBeforeIsNotSentWhatItDoesNotKnow() {
        Set<String> unknown = new TreeSet<>();
        for (Message message : new Samples(1).oneOfEach()) {
            assertTrue(WireVersions.speaks(WireVersions.CURRENT.max(), message), message::toString);
            if (!WireVersions.speaks(WireVersions.CURRENT.min(), message)) {
                unknown.add(message.getClass().getSimpleName());
            }
        }
        assertEquals(
                Set.of("Interest", "InterestAck", "Publication", "ScriptFlush", "ScriptReply", "ScriptRequest"),
                unknown);
    }
}
