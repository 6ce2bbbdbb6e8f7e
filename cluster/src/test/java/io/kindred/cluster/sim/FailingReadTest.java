package io.kindred.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.version.Sibling;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A node that for a while can read nothing but its memory: it has no file handles, or too much to do. */
class FailingReadTest {
    private static final long SECOND_NANOS = 1_000_000_000L;

    @Test
    void whatFailsForTheMomentIsNotTakenForLost() {
        SimCluster cluster = SimCluster.calm(1, 3, false);
        setAll(cluster, "before");
        SimNode failing = cluster.node(0);
        failWhileEverythingIsRead(cluster, failing);
        assertEquals(0, failing.takenForLost());
        failing.readsFail = false;
        cluster.runFor(20 * SECOND_NANOS);
        for (SimNode node : cluster.network.nodes()) {
            assertEquals(0, node.takenForLost(), node.name);
        }
        getAll(cluster, "before");
    }

    /** What it holds for the one that comes back cannot be read just now. */
    @Test
    void hintsThatFailForTheMomentAreHandedOverLater() {
        SimCluster cluster = SimCluster.calm(1, 3, false);
        SimNode away = cluster.node(2);
        away.kill();
        cluster.runFor(10 * SECOND_NANOS);
        setAll(cluster, "meanwhile");
        SimNode failing = cluster.node(0);
        failing.readsFail = true;
        failing.storage.missRate = 1;
        away.start();
        cluster.runFor(20 * SECOND_NANOS);
        assertEquals(0, failing.takenForLost());
        failing.readsFail = false;
        cluster.runFor(20 * SECOND_NANOS);
        assertEquals(0, failing.takenForLost());
        assertEquals(0, failing.hintsHeld());
        getAll(cluster, "meanwhile");
    }

    /** By clients, by exchanges, by what builds the trees. */
    private static void failWhileEverythingIsRead(SimCluster cluster, SimNode failing) {
        failing.readsFail = true;
        failing.storage.missRate = 1;
        cluster.node(1).kill();
        cluster.node(1).start();
        for (int second = 0; second < 20; second++) {
            cluster.keys()
                    .forEach(key -> failing.request(
                            new Operation.Get(0, key.getBytes(StandardCharsets.UTF_8)),
                            QuorumSpec.DEFAULT,
                            outcome -> {}));
            cluster.runFor(SECOND_NANOS);
        }
    }

    private static void setAll(SimCluster cluster, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        for (String key : cluster.keys()) {
            byte[] name = key.getBytes(StandardCharsets.UTF_8);
            Operation.Put put = new Operation.Put(0, name, null, bytes, Sibling.NEVER);
            assertInstanceOf(Outcome.Written.class, ask(cluster, put));
        }
    }

    private static void getAll(SimCluster cluster, String value) {
        for (String key : cluster.keys()) {
            Outcome outcome = ask(cluster, new Operation.Get(0, key.getBytes(StandardCharsets.UTF_8)));
            Sibling winner =
                    assertInstanceOf(Outcome.Found.class, outcome).versions().winner();
            assertEquals(value, value(winner));
        }
    }

    private static String value(@Nullable Sibling winner) {
        byte[] value = winner == null ? null : winner.value();
        return value == null ? "" : new String(value, StandardCharsets.UTF_8);
    }

    private static Outcome ask(SimCluster cluster, Operation operation) {
        List<Outcome> answers = new ArrayList<>();
        cluster.node(1).request(operation, QuorumSpec.DEFAULT, answers::add);
        cluster.runFor(3 * SECOND_NANOS);
        return answers.get(0);
    }
}
