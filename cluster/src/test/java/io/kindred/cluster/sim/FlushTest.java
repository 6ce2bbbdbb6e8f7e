package io.kindred.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.core.ClusterAnswer;
import io.kindred.cluster.core.ClusterQuery;
import io.kindred.cluster.message.KeyspaceMessage;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.version.Sibling;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A flush while clocks are wrong, and afterwards; and what the operator is told of them. */
class FlushTest {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long HOUR_MILLIS = 3_600_000;
    private static final byte[] KEY = "k".getBytes(StandardCharsets.UTF_8);

    private final SimCluster cluster = SimCluster.calm(1, 4, false);
    private final SimNode wrong = cluster.node(1);
    private final SimNode right = cluster.node(2);

    private ClusterAnswer flush(SimNode node) {
        List<ClusterAnswer> answers = new ArrayList<>();
        node.ask(new ClusterQuery.FlushKeys(0), answers::add);
        cluster.runFor(2 * SECOND_NANOS);
        assertEquals(1, answers.size());
        return answers.get(0);
    }

    private Outcome ask(SimNode node, Operation operation) {
        List<Outcome> answers = new ArrayList<>();
        node.request(operation, QuorumSpec.DEFAULT, answers::add);
        cluster.runFor(2 * SECOND_NANOS);
        assertEquals(1, answers.size());
        return answers.get(0);
    }

    private void set(SimNode node) {
        assertInstanceOf(Outcome.Written.class, ask(node, new Operation.Put(0, KEY, null, KEY, Sibling.NEVER)));
    }

    private @Nullable Sibling value(SimNode node) {
        Outcome.Found found = assertInstanceOf(Outcome.Found.class, ask(node, new Operation.Get(0, KEY)));
        return found.versions().winner();
    }

    private void assertRefused(SimNode at, String why) {
        ClusterAnswer.Failed failed = assertInstanceOf(ClusterAnswer.Failed.class, flush(at));
        assertTrue(failed.error().startsWith("ERR ") && failed.error().contains(why), failed.error());
        cluster.network.nodes().forEach(node -> assertEquals(0, node.flushStamp(), node.name));
    }

    private void assertFlushes(SimNode at) {
        set(at);
        assertNotNull(value(wrong));
        assertEquals(new ClusterAnswer.Flushed(), flush(at));
        cluster.network.nodes().forEach(node -> assertNull(value(node), node.name));
    }

    @Test
    void aNodeThatIsAheadOfTheMedianRefusesAndTheOthersFlush() {
        wrong.skewMillis = HOUR_MILLIS;
        set(wrong);
        assertRefused(wrong, "the clock of n2, this node, is 3");
        assertNotNull(value(right));
        assertFlushes(right);
        assertFlushes(cluster.node(3));
        assertFlushes(right);
    }

    @Test
    void aNodeThatIsBehindFlushesWhatTheOthersHaveStamped() {
        wrong.skewMillis = -24 * HOUR_MILLIS;
        set(right);
        assertFlushes(wrong);
        assertFlushes(right);
    }

    /** Whoever has stamped it, and whether or not that one is there. */
    @Test
    void aFlushThatSaysOkHasDeletedWhatAWrongClockHasStamped() {
        wrong.skewMillis = HOUR_MILLIS;
        set(wrong);
        wrong.kill();
        for (SimNode other : List.of(cluster.node(0), right, cluster.node(3))) {
            other.kill();
            other.start();
            cluster.runFor(10 * SECOND_NANOS);
        }
        assertNotNull(value(right));
        assertEquals(new ClusterAnswer.Flushed(), flush(right));
        assertNull(value(right));
        wrong.skewMillis = 0;
        wrong.start();
        cluster.runFor(10 * SECOND_NANOS);
        cluster.network.nodes().forEach(node -> assertNull(value(node), node.name));
        assertFlushes(wrong);
    }

    /** Hybrid clocks would stand still until then. */
    @Test
    void whatIsStampedYearsAheadIsNotFlushed() {
        wrong.skewMillis = 365 * 24 * HOUR_MILLIS;
        set(wrong);
        assertRefused(right, " has a stamp that is ");
        assertNotNull(value(right));
    }

    /** An update that was stamped in between would outlive it. */
    @Test
    void aStampThatAClockHasPassedIsTakenAnew() {
        set(right);
        cluster.network.hold(message -> message instanceof KeyspaceMessage.Flush);
        List<ClusterAnswer> answers = new ArrayList<>();
        right.ask(new ClusterQuery.FlushKeys(0), answers::add);
        cluster.runFor(SECOND_NANOS / 2);
        assertInstanceOf(Outcome.Written.class, askWithin(wrong, SECOND_NANOS / 10));
        assertEquals(List.of(), answers);
        cluster.network.release(1);
        cluster.runFor(2 * SECOND_NANOS);
        assertEquals(List.of(new ClusterAnswer.Flushed()), answers);
        cluster.network.nodes().forEach(node -> assertNull(value(node), node.name));
    }

    private Outcome askWithin(SimNode node, long nanos) {
        List<Outcome> answers = new ArrayList<>();
        node.request(new Operation.Put(0, KEY, null, KEY, Sibling.NEVER), QuorumSpec.DEFAULT, answers::add);
        cluster.runFor(nanos);
        assertEquals(1, answers.size());
        return answers.get(0);
    }

    /** The stamp of the flush took all hybrid clocks ahead, and reap marks follow those. */
    @Test
    void aValueIsNotReapedBeforeItExpiresThoughStampsAreAhead() {
        SimCluster reaps = SimCluster.calm(1, 4, true);
        SimNode ahead = reaps.node(1);
        ahead.skewMillis = HOUR_MILLIS;
        reaps.runFor(SECOND_NANOS);
        List<ClusterAnswer> answers = new ArrayList<>();
        reaps.node(2).ask(new ClusterQuery.FlushKeys(0), answers::add);
        reaps.runFor(2 * SECOND_NANOS);
        assertEquals(List.of(new ClusterAnswer.Flushed()), answers);
        ahead.skewMillis = 0;
        long expireAtMillis = reaps.node(2).wallMillis() + 120_000;
        List<Outcome> outcomes = new ArrayList<>();
        reaps.node(2).request(new Operation.Put(0, KEY, null, KEY, expireAtMillis), QuorumSpec.DEFAULT, outcomes::add);
        reaps.runFor(60 * SECOND_NANOS);
        reaps.node(2).request(new Operation.Get(0, KEY), QuorumSpec.DEFAULT, outcomes::add);
        reaps.runFor(SECOND_NANOS);
        assertNotNull(assertInstanceOf(Outcome.Found.class, outcomes.get(1))
                .versions()
                .winner());
    }

    @Test
    void aWrongClockIsWarnedOf() {
        wrong.skewMillis = HOUR_MILLIS;
        cluster.runFor(3 * SECOND_NANOS);
        assertWarned(wrong, "this node's clock is 3600000 ms ahead of the median of 4 members' clocks");
        assertWarned(right, "the clock of n2 is 3600000 ms ahead of this node's");
        int warnings = wrong.warnings.size() + right.warnings.size();
        cluster.runFor(60 * SECOND_NANOS);
        assertEquals(warnings, wrong.warnings.size() + right.warnings.size());
    }

    private static void assertWarned(SimNode node, String what) {
        // Round trips bound the difference from both sides, within a few milliseconds.
        String pattern = what.replace("3600000", "3(599|600)\\d{3}");
        assertTrue(
                node.warnings.stream().anyMatch(line -> line.matches(pattern + ",.*")), () -> node.warnings.toString());
    }
}
