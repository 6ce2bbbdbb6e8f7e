package io.kindred.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.core.ClusterAnswer;
import io.kindred.cluster.core.ClusterQuery;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.version.Sibling;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A flush while a clock is an hour ahead, and afterwards. */
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

    @Test
    void nothingIsFlushedWhileAClockIsWrong() {
        set(right);
        wrong.skewMillis = HOUR_MILLIS;
        assertRefused(right, "the clock of n2 ");
        assertRefused(wrong, " behind ");
        assertNotNull(value(right));
    }

    @Test
    void aFlushThatSaysOkHasDeletedWhatAWrongClockHasStamped() {
        wrong.skewMillis = HOUR_MILLIS;
        set(wrong);
        wrong.kill();
        wrong.skewMillis = 0;
        wrong.start();
        cluster.runFor(10 * SECOND_NANOS);
        set(right);
        assertRefused(right, " ahead of ");
        assertNotNull(value(right));
        cluster.network.nodes().forEach(node -> node.skewMillis = HOUR_MILLIS);
        assertEquals(new ClusterAnswer.Flushed(), flush(right));
        assertNull(value(right));
    }
}
