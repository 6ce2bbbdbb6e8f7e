package io.kindred.cluster.pubsub;

import static io.kindred.cluster.pubsub.CoreMesh.channel;
import static io.kindred.cluster.pubsub.CoreMesh.pattern;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.PubSubMessage;
import io.kindred.cluster.message.Topic;
import io.kindred.cluster.pubsub.CoreMesh.Node;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is told what of whom, whatever becomes of the messages. */
final class PubSubCoreTest {
    private static final int MANY = 40;

    private final CoreMesh mesh = new CoreMesh(1, 3);
    private final Node a = mesh.nodes.get(0);
    private final Node b = mesh.nodes.get(1);
    private final Node c = mesh.nodes.get(2);

    @Test
    void nobodySaysAnythingWhereNobodyListens() {
        a.publish(channel("news"), "1");
        assertEquals(List.of(), mesh.underWay);
    }

    @Test
    void whatIsPublishedGoesWhereSomebodyListensAndNowhereElse() {
        b.subscribe(channel("news"));
        mesh.deliverAll();
        a.publish(channel("news"), "1");
        a.publish(channel("other"), "2");
        assertEquals(1, mesh.underWay.size());
        mesh.deliverAll();
        assertEquals(List.of("news 1"), b.heard);
        assertEquals(List.of(), c.heard);
    }

    @Test
    void aPatternStandsForChannelsAndNotForShardChannels() {
        b.subscribe(pattern("n*"));
        mesh.deliverAll();
        a.publish(channel("news"), "1");
        a.publish(channel("old"), "2");
        a.publish(new Topic(Topic.Kind.SHARD_CHANNEL, bytes("news")), "3");
        mesh.deliverAll();
        assertEquals(List.of("news 1"), b.heard);
    }

    @Test
    void aNodeThatListensTwiceIsSentOnce() {
        b.subscribe(pattern("n*"));
        b.subscribe(pattern("*s"));
        b.subscribe(channel("news"));
        mesh.deliverAll();
        a.publish(channel("news"), "1");
        assertEquals(1, mesh.underWay.size());
    }

    @Test
    void aSubscribeIsConfirmedWhenAllConnectedNodesKnow() {
        long token = b.subscribe(channel("news"));
        assertEquals(List.of(), b.told);
        mesh.deliverAll();
        assertEquals(List.of(token), b.told);
        long again = b.subscribe(channel("news"));
        assertEquals(List.of(token, again), b.told);
    }

    @Test
    void aNodeThatIsCutOffIsNotWaitedFor() {
        long token = b.subscribe(channel("news"));
        mesh.cut(b, c);
        mesh.deliverAll();
        assertEquals(List.of(token), b.told);
    }

    @Test
    void aNodeThatDoesNotAnswerIsWaitedForOnce() {
        long token = b.subscribe(channel("news"));
        mesh.underWay.clear();
        mesh.pass(249);
        assertEquals(List.of(), b.told);
        mesh.pass(1);
        assertEquals(List.of(token), b.told);
        assertEquals(1, b.core.counters().timeouts());
        long next = b.subscribe(channel("more"));
        assertEquals(List.of(token, next), b.told);
        mesh.pass(1_000);
        mesh.deliverAll();
        long third = b.subscribe(channel("third"));
        assertEquals(List.of(token, next), b.told, "both have answered since");
        mesh.deliverAll();
        assertEquals(List.of(token, next, third), b.told);
    }

    @Test
    void aLostPartIsToldAgain() {
        b.subscribe(channel("news"));
        mesh.underWay.clear();
        mesh.pass(1_000);
        mesh.deliverAll();
        a.publish(channel("news"), "1");
        mesh.deliverAll();
        assertEquals(List.of("news 1"), b.heard);
    }

    @Test
    void whatASubscriberHadIsOverWhenItsNodeBeginsAnew() {
        b.subscribe(channel("news"));
        mesh.deliverAll();
        b.start();
        mesh.deliverAll();
        a.publish(channel("news"), "1");
        assertEquals(List.of(), mesh.underWay);
        assertEquals(0, a.core.counters().topicsElsewhere());
    }

    @Test
    void aNodeThatBeginsAnewIsToldAll() {
        b.subscribe(channel("news"));
        mesh.deliverAll();
        a.publish(channel("news"), "1");
        mesh.deliverAll();
        a.start();
        mesh.deliverAll();
        a.publish(channel("news"), "2");
        mesh.deliverAll();
        assertEquals(List.of("news 1", "news 2"), b.heard);
    }

    @Test
    void whatCameAndWentDuringACutIsToldAfterIt() {
        b.subscribe(channel("old"));
        mesh.deliverAll();
        mesh.cut(a, b);
        b.unsubscribe(channel("old"));
        b.subscribe(channel("new"));
        mesh.heal();
        mesh.deliverAll();
        a.publish(channel("old"), "1");
        a.publish(channel("new"), "2");
        mesh.deliverAll();
        assertEquals(List.of("new 2"), b.heard);
    }

    @Test
    void evenThatNothingIsLeftIsToldAfterACut() {
        b.subscribe(channel("old"));
        mesh.deliverAll();
        mesh.cut(a, b);
        b.unsubscribe(channel("old"));
        mesh.heal();
        mesh.deliverAll();
        assertEquals(0, a.core.counters().topicsElsewhere());
    }

    @Test
    void whatComesTwiceOrLateIsHeardOnce() {
        b.subscribe(channel("news"));
        mesh.deliverAll();
        b.core.onPublication(a.id, publication(1, "x"));
        b.core.onPublication(a.id, publication(3, "y"));
        b.core.onPublication(a.id, publication(3, "y"));
        b.core.onPublication(a.id, publication(2, "z"));
        assertEquals(List.of("news x", "news y"), b.heard);
        assertEquals(2, b.core.counters().repeated());
    }

    @Test
    void nothingIsMissedWhileManyTopicsAreToldAnew() {
        for (int i = 0; i < 10; i++) {
            b.subscribe(channel("a-name-of-some-length-" + i));
        }
        mesh.deliverAll();
        mesh.cut(a, b);
        mesh.heal();
        int sent = 0;
        while (mesh.underWay.stream().anyMatch(one -> !(one.message() instanceof PubSubMessage.Publication))) {
            a.publish(channel("a-name-of-some-length-9"), "" + sent++);
            mesh.deliverOldest();
        }
        mesh.deliverAll();
        assertTrue(sent > 10, "one part told all");
        assertEquals(sent, b.heard.size());
    }

    @Test
    void aNodeWithTooManyTopicsIsSentEverything() {
        for (int i = 0; i < MANY; i++) {
            b.subscribe(channel("c" + i));
            mesh.deliverAll();
        }
        assertEquals(MANY, b.told.size());
        assertEquals(0, a.core.counters().topicsElsewhere());
        a.publish(channel("nobody's"), "1");
        mesh.deliverAll();
        assertEquals(List.of("nobody's 1"), b.heard);
        for (int i = 0; i < MANY - 3; i++) {
            b.unsubscribe(channel("c" + i));
            mesh.deliverAll();
        }
        assertEquals(3, a.core.counters().topicsElsewhere());
        a.publish(channel("nobody's"), "2");
        a.publish(channel("c39"), "3");
        mesh.deliverAll();
        assertEquals(List.of("nobody's 1", "c39 3"), b.heard);
    }

    @Test
    void aNodeThatIsGoneForGoodIsForgotten() {
        b.subscribe(channel("news"));
        mesh.deliverAll();
        a.core.onTick(id -> id == b.id, a.start);
        a.publish(channel("news"), "1");
        assertEquals(List.of(), mesh.underWay);
    }

    /** After whatever has happened all nodes know exactly what the others want, and nobody heard anything twice. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void inTheEndEveryoneKnowsWhatEveryoneWants(long firstSeed) {
        for (long seed = firstSeed * 1_000; seed < firstSeed * 1_000 + 100; seed++) {
            try {
                anything(seed);
            } catch (AssertionError failed) {
                throw new AssertionError("seed " + seed, failed);
            }
        }
    }

    private static void anything(long seed) {
        Random random = new Random(seed);
        CoreMesh mesh = new CoreMesh(seed, 3);
        int topics = random.nextBoolean() ? 8 : 30;
        for (int step = 0, published = 0; step < 600; step++) {
            Node node = mesh.nodes.get(random.nextInt(3));
            Topic topic = random.nextInt(4) == 0
                    ? pattern("c" + random.nextInt(topics) + "*")
                    : channel("c" + random.nextInt(topics));
            int what = random.nextInt(100);
            if (what < 20) {
                node.subscribe(topic);
            } else if (what < 35) {
                node.unsubscribe(topic);
            } else if (what < 45) {
                node.publish(channel("c" + random.nextInt(topics)), "" + published++);
            } else if (what < 47) {
                mesh.cut(node, mesh.nodes.get(random.nextInt(3)));
            } else if (what < 49) {
                mesh.heal();
            } else if (what == 49) {
                node.start();
            } else if (what < 55) {
                mesh.pass(random.nextInt(600));
            } else {
                mesh.deliverSome(0.2, 0.2);
            }
        }
        mesh.heal();
        for (int i = 0; i < 10; i++) {
            mesh.pass(1_001);
            mesh.deliverAll();
        }
        for (Node node : mesh.nodes) {
            node.heard.clear();
        }
        for (Node from : mesh.nodes) {
            for (int i = 0; i < topics; i++) {
                checkReach(mesh, from, "c" + i);
            }
        }
    }

    private static void checkReach(CoreMesh mesh, Node from, String name) {
        from.publish(channel(name), "last");
        mesh.deliverAll();
        for (Node node : mesh.nodes) {
            boolean wants = node.topics.contains(channel(name))
                    || node.topics.stream()
                            .anyMatch(topic -> topic.kind() == Topic.Kind.PATTERN
                                    && io.kindred.cluster.keyspace.Glob.matches(topic.name(), bytes(name)));
            boolean everything = node.core.counters().untold == 1;
            List<String> expected = node != from && (wants || everything) ? List.of(name + " last") : List.of();
            assertEquals(expected, node.heard, "at " + node.id + " from " + from.id + ", which wants " + node.topics);
            node.heard.clear();
        }
    }

    private static PubSubMessage.Publication publication(long number, String payload) {
        return new PubSubMessage.Publication(9, number, channel("news"), bytes(payload));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
