package io.kindred.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Keys with values that take, together, more than nodes can say to each other in one message. */
class LargeKeyTest {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final String KEY = "k";
    private static final byte[] VALUE = new byte[12 << 20];

    private final SimCluster cluster = SimCluster.calm(1, 5, false);
    private final SimNode replica = cluster.replicasOf(KEY).get(0);
    private final SimNode other = cluster.network.nodes().stream()
            .filter(node -> !cluster.replicasOf(KEY).contains(node))
            .findFirst()
            .orElseThrow();

    private Outcome ask(SimNode node, Operation operation) {
        List<Outcome> answers = new ArrayList<>();
        node.request(operation, QuorumSpec.DEFAULT, answers::add);
        cluster.runFor(2 * SECOND_NANOS);
        assertEquals(1, answers.size());
        return answers.get(0);
    }

    private static Operation put(@Nullable VersionVector context, byte[] value) {
        return new Operation.Put(0, KEY.getBytes(StandardCharsets.UTF_8), context, value, -1);
    }

    private static Operation get() {
        return new Operation.Get(0, KEY.getBytes(StandardCharsets.UTF_8));
    }

    private void refusesWhatWouldBeTooLarge(SimNode node) {
        assertInstanceOf(Outcome.Written.class, ask(node, put(null, VALUE)));
        assertInstanceOf(Outcome.Written.class, ask(node, put(VersionVector.EMPTY, VALUE)));
        Outcome.Refused refused = assertInstanceOf(Outcome.Refused.class, ask(node, put(VersionVector.EMPTY, VALUE)));
        assertTrue(refused.error().contains("would take more than 33554432 bytes"), refused.error());
        assertInstanceOf(Outcome.Written.class, ask(node, put(VersionVector.EMPTY, new byte[1])), "there is room");
        Outcome.Found found = assertInstanceOf(Outcome.Found.class, ask(node, get()));
        assertEquals(3, found.versions().valueCount());
        assertInstanceOf(Outcome.Written.class, ask(node, put(found.versions().clock(), VALUE)), "a merge");
        assertInstanceOf(Outcome.Written.class, ask(node, put(VersionVector.EMPTY, VALUE)));
        assertInstanceOf(Outcome.Written.class, ask(node, put(null, VALUE)), "a plain SET");
    }

    @Test
    void aReplicaRefusesWhatWouldBeTooLarge() {
        refusesWhatWouldBeTooLarge(replica);
    }

    @Test
    void aNodeThatBorrowsDotsRefusesWhatWouldBeTooLarge() {
        refusesWhatWouldBeTooLarge(other);
    }

    /** What replicas took apart from each other was merged. */
    private void store(int siblings) {
        Versions huge = Versions.EMPTY;
        for (int i = 1; i <= siblings; i++) {
            Sibling sibling = new Sibling(new Dot(new Actor(99, 1), i), i, Sibling.NEVER, VALUE);
            huge = huge.write(VersionVector.EMPTY, sibling);
        }
        byte[] record = VersionsCodec.encode(huge);
        for (SimNode each : cluster.replicasOf(KEY)) {
            each.storage.put(cluster.storageKey(KEY).bytes(), record, 1);
        }
    }

    @Test
    void aReadOfWhatIsTooLargeSaysSoAndASetMakesItSmallAgain() {
        store(6);
        for (SimNode node : List.of(replica, other)) {
            Outcome.Refused refused = assertInstanceOf(Outcome.Refused.class, ask(node, get()));
            assertTrue(refused.error().contains("overwrite them with SET"), refused.error());
        }
        assertInstanceOf(Outcome.Written.class, ask(other, put(null, new byte[1])));
        for (SimNode node : List.of(replica, other)) {
            Outcome.Found found = assertInstanceOf(Outcome.Found.class, ask(node, get()));
            assertEquals(1, found.versions().siblings().size());
        }
    }

    /** It can be read, and so be merged by what looks at it: but it takes nothing more. */
    @Test
    void whatIsOverTheLimitShrinksByAnyWriteThatCoversSomeOfIt() {
        store(4);
        assertInstanceOf(Outcome.Refused.class, ask(other, put(VersionVector.EMPTY, new byte[1])));
        VersionVector some = VersionVector.EMPTY.with(new Dot(new Actor(99, 1), 1), 1);
        assertInstanceOf(Outcome.Written.class, ask(other, put(some, new byte[1])));
        Outcome.Found found = assertInstanceOf(Outcome.Found.class, ask(other, get()));
        assertEquals(4, found.versions().valueCount());
    }
}
