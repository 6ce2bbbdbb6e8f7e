package io.kindred.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.core.ClusterAnswer;
import io.kindred.cluster.core.ClusterQuery;
import io.kindred.cluster.message.DumpedRecord;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A context names what was seen of a key; one of another cluster names what nobody here has ever seen. */
class ForeignContextTest {
    private static final Actor STRANGER = new Actor(0x5151_5151_5151_5151L, 1);
    private static final VersionVector FOREIGN = VersionVector.EMPTY.with(new Dot(STRANGER, 1), 1L << 20);

    private static Outcome put(ScenarioCluster it, SimNode at, VersionVector context, String value) {
        List<Outcome> answers = new ArrayList<>();
        byte[] key = it.key.getBytes(StandardCharsets.UTF_8);
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        at.request(new Operation.Put(0, key, context, bytes, -1), QuorumSpec.DEFAULT, answers::add);
        it.runUntil(() -> !answers.isEmpty(), "nobody was answered");
        return answers.get(0);
    }

    @Test
    void replicasAndOthersRefuseAContextOfAnotherCluster() {
        ScenarioCluster it = ScenarioCluster.of(5);
        it.reply(it.set(it.a, "ours"));
        for (SimNode at : List.of(it.a, it.b, it.stranger())) {
            Outcome.Refused refused = assertInstanceOf(Outcome.Refused.class, put(it, at, FOREIGN, "theirs"));
            assertTrue(refused.error().contains("names node 5151515151515151"), refused::error);
        }
        assertEquals("ours", it.settled());
        assertFalse(it.cluster.checker.held(it.a, it.key).clock().actors().contains(STRANGER));
    }

    /** It was restored from a backup, when one replica was not there. */
    @Test
    void aReplicaThatLacksARestoredKeyTakesItsContext() {
        for (boolean isReplica : List.of(true, false)) {
            ScenarioCluster it = ScenarioCluster.of(5);
            HeldMessages missed = HeldMessages.ofVersions(it.cluster.network, (from, to) -> to == it.a);
            restore(it);
            Outcome taken = put(it, isReplica ? it.a : it.stranger(), FOREIGN, "newer");
            assertInstanceOf(Outcome.Written.class, taken);
            missed.lose();
            assertEquals("newer", it.settled());
            assertEquals(1, it.cluster.checker.held(it.a, it.key).siblings().size());
        }
    }

    @Test
    void whatComesBehindAWriteWhoseContextIsLookedAtIsWrittenAfterIt() {
        ScenarioCluster it = ScenarioCluster.of(3);
        HeldMessages missed = HeldMessages.ofVersions(it.cluster.network, (from, to) -> to == it.a);
        restore(it);
        List<Outcome> answers = new ArrayList<>();
        byte[] key = it.key.getBytes(StandardCharsets.UTF_8);
        byte[] value = "first".getBytes(StandardCharsets.UTF_8);
        it.a.request(new Operation.Put(0, key, FOREIGN, value, -1), QuorumSpec.DEFAULT, answers::add);
        ScenarioAnswer second = it.set(it.a, "second");
        it.reply(second);
        assertEquals(1, answers.size());
        assertInstanceOf(Outcome.Written.class, answers.get(0));
        missed.lose();
        assertEquals("second", it.settled());
        assertEquals(1, it.cluster.checker.held(it.a, it.key).siblings().size());
    }

    @Test
    void whereTooFewReplicasCanSayWhoseContextItIsNothingIsWritten() {
        ScenarioCluster it = ScenarioCluster.of(3);
        restore(it);
        it.b.kill();
        it.c.kill();
        it.runFor(20_000 * ScenarioCluster.MILLI);
        assertFalse(put(it, it.a, FOREIGN, "newer") instanceof Outcome.Written);
        assertEquals("restored", it.settled());
    }

    private static void restore(ScenarioCluster it) {
        Sibling sibling =
                new Sibling(new Dot(STRANGER, 1), 1L << 20, Sibling.NEVER, "restored".getBytes(StandardCharsets.UTF_8));
        Versions versions = Versions.EMPTY.write(VersionVector.EMPTY, sibling);
        List<ClusterAnswer> answers = new ArrayList<>();
        byte[] key = it.key.getBytes(StandardCharsets.UTF_8);
        it.b.ask(new ClusterQuery.Restore(0, key, new DumpedRecord(new byte[0], versions)), answers::add);
        it.runUntil(() -> !answers.isEmpty(), "nobody was answered");
        assertEquals(List.of(new ClusterAnswer.Restored()), answers);
    }

    /** Gossip may not have told of a member yet that has coordinated what a client has read. */
    @Test
    void oneActorThatIsKnownIsEnoughToBelieveTheRest() {
        ScenarioCluster it = ScenarioCluster.of(3);
        it.reply(it.set(it.a, "ours"));
        VersionVector mixed = it.cluster.checker.held(it.a, it.key).clock().join(FOREIGN);
        assertInstanceOf(Outcome.Written.class, put(it, it.b, mixed, "behind both"));
        assertEquals("behind both", it.settled());
    }

    @Test
    void whatWasReadHereIsTakenWhoeverWroteIt() {
        ScenarioCluster it = ScenarioCluster.of(5);
        VersionVector seen = VersionVector.EMPTY;
        for (SimNode at : it.cluster.network.nodes()) {
            Outcome.Written written = assertInstanceOf(Outcome.Written.class, put(it, at, seen, "by " + at.id));
            seen = written.context();
        }
        // A node whose key knows nothing of it takes it as well: the actors are members.
        it.reply(it.set(it.a, "last"));
        assertInstanceOf(Outcome.Written.class, put(it, it.c, seen, "beside"));
    }
}
