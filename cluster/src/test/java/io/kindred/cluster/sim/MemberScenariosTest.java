package io.kindred.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.membership.Holding;
import io.kindred.cluster.message.Message;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What once went wrong with members that come, go, or tell what cannot be. */
class MemberScenariosTest {
    private static final long SECOND_NANOS = 1_000_000_000L;

    @Test
    void aHoldingOfPartitionsThatThereAreNotIsIgnored() {
        SimCluster cluster = SimCluster.calm(1, 3, false);
        SimNode told = cluster.node(0);
        long[] tooMany = new long[1024];
        Arrays.fill(tooMany, -1L);
        long version = Holding.VERSION_MAX / 2;
        for (long[] words : List.of(tooMany, new long[] {1L << 16}, new long[] {0xFFFF, 0})) {
            tell(cluster, told, new Holding(2, version++, true, words));
        }
        assertAllIsWell(cluster);
    }

    /** Its next version would be below all others. */
    @Test
    void aHoldingOfAVersionBehindWhichThereAreNoneIsIgnored() {
        SimCluster cluster = SimCluster.calm(1, 3, false);
        for (int node = 0; node < 3; node++) {
            tell(cluster, cluster.node(node), new Holding(1, Long.MAX_VALUE, true, new long[0]));
            tell(cluster, cluster.node(node), new Holding(1, -1, true, new long[0]));
        }
        assertAllIsWell(cluster);
    }

    private static void tell(SimCluster cluster, SimNode node, Holding held) {
        SimNode teller = cluster.node(node == cluster.node(1) ? 2 : 1);
        node.receive(teller, new Message.GossipTell(List.of(), List.of(), List.of(held), 0));
    }

    private static void assertAllIsWell(SimCluster cluster) {
        cluster.runFor(5 * SECOND_NANOS);
        for (SimNode node : cluster.network.nodes()) {
            assertTrue(node.isServing(), node.name);
            assertEquals(0, node.partitionsMoving(), node::moving);
        }
    }
}
