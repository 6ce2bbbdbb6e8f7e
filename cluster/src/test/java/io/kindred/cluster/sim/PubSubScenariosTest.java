package io.kindred.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.core.ClusterAnswer;
import io.kindred.cluster.core.ClusterQuery;
import io.kindred.cluster.message.PubSubMessage;
import io.kindred.cluster.message.Topic;
import io.kindred.cluster.pubsub.PubSubCounters;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Publish and subscribe between whole nodes: cut off, killed and started again, with messages lost, doubled and late. */
class PubSubScenariosTest {
    private static final Topic NEWS = channel("news");
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final ScenarioCluster it = ScenarioCluster.of(3);

    private static Topic channel(String name) {
        return new Topic(Topic.Kind.CHANNEL, name.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns when it is confirmed. */
    private void subscribe(SimNode at, Topic topic) {
        List<ClusterAnswer> answers = new ArrayList<>();
        at.ask(new ClusterQuery.Subscribe(List.of(topic)), answers::add);
        it.runUntil(() -> !answers.isEmpty(), "SUBSCRIBE is not confirmed");
        assertInstanceOf(ClusterAnswer.Subscribed.class, answers.get(0));
    }

    private static PubSubCounters counters(SimNode node) {
        return Objects.requireNonNull(node.views()).pubSub();
    }

    private void assertHears(SimNode subscriber, SimNode publisher, String payload) {
        subscriber.heard.clear();
        publisher.publish(NEWS, payload);
        it.runFor(50 * ScenarioCluster.MILLI);
        assertEquals(List.of("news " + payload), subscriber.heard);
    }

    @Test
    void whatIsPublishedBehindTheConfirmationArrivesFromEverywhere() {
        subscribe(it.b, NEWS);
        it.a.publish(NEWS, "from a");
        it.c.publish(NEWS, "from c");
        it.runFor(50 * ScenarioCluster.MILLI);
        assertEquals(2, it.b.heard.size());
        assertEquals(List.of(), it.c.heard);
    }

    @Test
    void aSubscriberThatIsKilledIsSentNothingAnyMore() {
        subscribe(it.b, NEWS);
        it.kill(it.b);
        it.start(it.b);
        it.a.publish(NEWS, "x");
        it.runFor(50 * ScenarioCluster.MILLI);
        assertEquals(0, counters(it.a).sent());
        assertEquals(0, counters(it.a).topicsElsewhere());
    }

    @Test
    void aPublisherThatIsKilledIsToldAgain() {
        subscribe(it.b, NEWS);
        assertHears(it.b, it.a, "before");
        it.kill(it.a);
        it.start(it.a);
        assertHears(it.b, it.a, "after");
    }

    @Test
    void aNodeThatComesBackIsToldWhatHasChanged() {
        it.cut(it.a, it.b);
        subscribe(it.b, NEWS);
        it.heal();
        assertHears(it.b, it.a, "x");
        it.cut(it.a, it.b);
        it.b.unsubscribe(NEWS);
        it.heal();
        assertEquals(0, counters(it.a).topicsElsewhere());
    }

    @Test
    void aLostTellingIsRepeated() {
        HeldMessages held = it.hold(it.b, it.a, PubSubMessage.Interest.class);
        subscribe(it.b, NEWS);
        assertEquals(1, counters(it.b).timeouts(), "a did not acknowledge in time");
        held.lose();
        it.runFor(2 * SECOND_NANOS);
        assertHears(it.b, it.a, "x");
    }

    @Test
    void aNodeThatStandsStillHoldsUpNobodyForLong() {
        it.c.pause();
        long before = it.cluster.schedule.nowNanos();
        subscribe(it.b, NEWS);
        assertTrue(it.cluster.schedule.nowNanos() - before <= 300 * ScenarioCluster.MILLI);
        assertHears(it.b, it.a, "x");
    }

    @Test
    void doubledAndLateMessagesAreHeardOnceAndInOrder() {
        subscribe(it.b, NEWS);
        it.cluster.network.doubleRate = 0.3;
        it.cluster.network.lossRate = 0.1;
        it.cluster.network.delayMaxNanos = 20 * ScenarioCluster.MILLI;
        for (int i = 0; i < 500; i++) {
            it.a.publish(NEWS, String.format("%04d", i));
            it.runFor(ScenarioCluster.MILLI);
        }
        it.heal();
        List<String> inOrder = it.b.heard.stream().distinct().sorted().toList();
        assertEquals(inOrder, it.b.heard);
        assertTrue(it.b.heard.size() > 50, "hardly anything arrived: " + it.b.heard.size());
        assertTrue(counters(it.b).repeated() > 50);
        assertHears(it.b, it.a, "9999");
    }

    @Test
    void aNodeThatHasLeftIsForgotten() {
        ScenarioCluster four = ScenarioCluster.of(4);
        SimNode leaver = four.stranger();
        List<ClusterAnswer> answers = new ArrayList<>();
        leaver.ask(new ClusterQuery.Subscribe(List.of(NEWS)), answers::add);
        four.runUntil(() -> !answers.isEmpty(), "SUBSCRIBE is not confirmed");
        assertEquals(1, counters(four.a).topicsElsewhere());
        four.leave(leaver);
        four.runUntil(() -> counters(four.a).topicsElsewhere() == 0, "it is never forgotten");
    }
}
