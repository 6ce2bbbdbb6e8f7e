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
import org.junit.jupiter.api.Test;

/** What is counted as a sloppy write. */
class SloppyWritesTest {
    private static final long SECOND_NANOS = 1_000_000_000L;

    /** All three are the key's replicas: there is nobody else. */
    @Test
    void aWriteForWhichNobodyCouldStandInIsNotSloppy() {
        assertEquals(0, writeWithoutOne(3));
    }

    @Test
    void aWriteThatAStandInTookIsSloppy() {
        assertEquals(1, writeWithoutOne(4));
    }

    private static long writeWithoutOne(int nodes) {
        SimCluster cluster = SimCluster.calm(1, nodes, false);
        List<SimNode> replicas = cluster.node(0).replicasOf("k0");
        replicas.get(2).kill();
        cluster.runFor(10 * SECOND_NANOS);
        List<Outcome> answers = new ArrayList<>();
        byte[] key = "k0".getBytes(StandardCharsets.UTF_8);
        SimNode first = replicas.get(0);
        first.request(new Operation.Put(0, key, null, key, Sibling.NEVER), new QuorumSpec(0, 0, 2, 0), answers::add);
        cluster.runFor(3 * SECOND_NANOS);
        assertInstanceOf(Outcome.Written.class, answers.get(0));
        return first.sloppyWrites();
    }
}
