package io.kindred.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.Reply;
import io.kindred.cluster.message.Topic;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Who of a node's clients hears what, and what the other nodes are told. */
final class PubSubTest {
    private static final Topic NEWS = topic(Topic.Kind.CHANNEL, "news");
    private static final Topic PATTERN = topic(Topic.Kind.PATTERN, "n*");

    private final MemoryPeers peers = new MemoryPeers();
    private final PubSub pubSub = new PubSub(peers, 10_000);
    private final List<String> answers = new ArrayList<>();

    private static Topic topic(Topic.Kind kind, String name) {
        return new Topic(kind, name.getBytes(StandardCharsets.UTF_8));
    }

    private static final class Client implements Subscriptions.Client {
        final Subscriptions subscriptions = new Subscriptions(this);
        final List<String> heard = new ArrayList<>();
        boolean isSubscriber;

        @Override
        public void push(Reply message) {
            heard.add(((Reply.Push) message)
                    .items().stream()
                            .map(item -> new String(((Reply.Bulk) item).bytes(), StandardCharsets.UTF_8))
                            .collect(Collectors.joining(" ")));
        }

        @Override
        public void changed() {
            isSubscriber = subscriptions.isAny();
        }
    }

    private final Client one = new Client();
    private final Client two = new Client();

    private void subscribe(Client client, Topic... topics) {
        pubSub.subscribe(client.subscriptions, List.of(topics), new Answer<Reply>() {
            @Override
            public void done(Reply value) {
                answers.add("done");
            }

            @Override
            public void failed(String error) {
                answers.add(error);
            }
        });
    }

    private long publish() {
        return pubSub.publish(NEWS, "x".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void eachSubscriptionThatMatchesIsToldAndCounted() {
        subscribe(one, NEWS, PATTERN);
        subscribe(two, NEWS);
        assertEquals(3, publish());
        assertEquals(List.of("message news x", "pmessage n* news x"), one.heard);
        assertEquals(List.of("message news x"), two.heard);
        assertTrue(one.isSubscriber);
    }

    @Test
    void peersAreToldOfTheFirstAndTheLastSubscriber() {
        subscribe(one, NEWS);
        subscribe(two, NEWS);
        pubSub.unsubscribe(one.subscriptions, List.of(NEWS));
        assertEquals(List.of("+[CHANNEL news]", "+[CHANNEL news]"), peers.told);
        two.subscriptions.reset();
        assertEquals("-[CHANNEL news]", peers.told.get(2));
        assertFalse(two.isSubscriber);
        assertEquals(0, pubSub.count(Topic.Kind.CHANNEL));
    }

    @Test
    void aSubscriptionBeginsWhenPeersKnow() {
        peers.answersLater = true;
        subscribe(one, NEWS);
        assertEquals(0, publish());
        assertEquals(0, pubSub.count(Topic.Kind.CHANNEL));
        peers.waiting.get(0).done(Reply.OK);
        assertEquals(1, publish());
    }

    @Test
    void aTopicThatSomebodyWaitsForIsNotGivenUp() {
        subscribe(one, NEWS);
        peers.answersLater = true;
        subscribe(two, NEWS);
        pubSub.unsubscribe(one.subscriptions, List.of(NEWS));
        assertEquals(2, peers.told.size(), "nobody left");
        peers.waiting.get(0).done(Reply.OK);
        assertEquals(1, publish());
    }

    @Test
    void aClientThatIsGoneMeanwhileSubscribesToNothing() {
        peers.answersLater = true;
        subscribe(one, NEWS);
        one.subscriptions.close();
        peers.waiting.get(0).done(Reply.OK);
        assertEquals(0, publish());
        assertEquals(List.of("+[CHANNEL news]", "-[CHANNEL news]"), peers.told.subList(0, 2));
    }

    @Test
    void aStopFailsWhatWaits() {
        peers.answersLater = true;
        subscribe(one, NEWS);
        peers.waiting.get(0).failed("TRYAGAIN this node stopped before the answer");
        assertEquals(List.of("TRYAGAIN this node stopped before the answer"), answers);
        assertFalse(one.subscriptions.isAny());
    }

    @Test
    void whatSubscriptionsTakeIsBounded() {
        subscribe(one, topic(Topic.Kind.CHANNEL, "x".repeat(9_000)));
        subscribe(one, topic(Topic.Kind.CHANNEL, "y".repeat(1_000)));
        assertEquals(2, answers.size());
        assertTrue(answers.get(1).startsWith("OOM "), answers::toString);
        one.subscriptions.reset();
        subscribe(one, topic(Topic.Kind.CHANNEL, "y".repeat(1_000)));
        assertEquals("done", answers.get(2));
    }

    @Test
    void whatWasSubscribedToBeforeTheNodeOpenedIsTold() {
        subscribe(one, NEWS, PATTERN);
        peers.told.clear();
        pubSub.tellAll();
        assertEquals(List.of("+[CHANNEL news, PATTERN n*]"), peers.told);
    }

    @Test
    void oneThatLeavesWhileItIsToldDoesNotKeepItFromOthers() {
        Subscriptions[] leaver = new Subscriptions[1];
        leaver[0] = new Subscriptions(new Subscriptions.Client() {
            @Override
            public void push(Reply message) {
                leaver[0].close();
            }

            @Override
            public void changed() {}
        });
        pubSub.subscribe(leaver[0], List.of(NEWS), LaterReply.as(reply -> {}));
        subscribe(two, NEWS);
        assertEquals(2, publish());
        assertEquals(1, two.heard.size());
        assertEquals(1, publish());
    }
}
