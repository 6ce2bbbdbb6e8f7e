package io.kindred.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.RequestMessage.Deltas;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A write that comes after another one by its context is stamped above it, also where that one is not known. */
class ContextStampTest {
    private static final long HOUR_MILLIS = 3_600_000L;

    @Test
    void aWriteIsStampedAboveWhatItsContextCoversElsewhere() {
        ScenarioCluster it = ScenarioCluster.of(3);
        it.a.skewMillis = HOUR_MILLIS;
        HeldMessages toB = it.hold(it.a, it.b, Deltas.class);
        it.reply(it.set(it.a, "old"));
        Versions seen = it.cluster.checker.held(it.a, it.key);
        byte[] key = it.key.getBytes(StandardCharsets.UTF_8);
        byte[] value = "new".getBytes(StandardCharsets.UTF_8);
        List<Outcome> answers = new ArrayList<>();
        it.b.request(new Operation.Put(0, key, seen.clock(), value, -1), QuorumSpec.DEFAULT, answers::add);
        it.runUntil(() -> !answers.isEmpty(), "nobody was answered");
        assertInstanceOf(Outcome.Written.class, answers.get(0));
        Sibling written = it.cluster.checker.held(it.b, it.key).siblings().get(0);
        assertTrue(written.stamp() > seen.siblings().get(0).stamp(), written.toString());
        toB.release();
        assertEquals("new", it.settled());
    }
}
