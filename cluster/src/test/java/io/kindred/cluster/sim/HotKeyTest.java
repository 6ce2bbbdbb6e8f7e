package io.kindred.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Many plain SETs of one key at once, at one node. */
class HotKeyTest {
    private static final int WRITES = 10_000;

    @Test
    void aNodeThatIsNoReplicaWritesAllOfThem() {
        ScenarioCluster it = ScenarioCluster.of(5);
        writeAll(it, it.stranger());
    }

    @Test
    void aReplicaWritesAllOfThem() {
        ScenarioCluster it = ScenarioCluster.of(5);
        writeAll(it, it.b);
    }

    /** Each is acknowledged, and the last one is what is there then. */
    private static void writeAll(ScenarioCluster it, SimNode at) {
        List<ScenarioAnswer> answers = new ArrayList<>();
        for (int i = 1; i <= WRITES; i++) {
            answers.add(it.set(at, "v" + i));
        }
        answers.forEach(it::await);
        assertEquals(
                WRITES, answers.stream().filter(ScenarioAnswer::isAcknowledged).count());
        assertEquals("v" + WRITES, it.get(it.a));
        assertEquals("v" + WRITES, it.settled());
    }
}
