package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPubSub;

/** Publish and subscribe over three real nodes. */
final class PubSubIT {
    private static final int MESSAGES = 10_000;
    /** What is published before somebody waits for it to have arrived. */
    private static final int AT_ONCE = 100;

    private static KindredCluster cluster;

    @BeforeAll
    static void start(@TempDir Path dir) {
        cluster = KindredCluster.ofThree(dir, "--client-output-buffer-limit", "pubsub 4mb 0 0");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static List<RespConnection> connections() {
        List<RespConnection> all = new ArrayList<>();
        for (KindredProcess node : cluster.nodes()) {
            all.add(node.connect());
        }
        return all;
    }

    private static void subscribe(RespConnection client, String channel) {
        assertEquals(List.of("subscribe", channel, "1"), client.texts("SUBSCRIBE", channel));
    }

    /** The numbers that were published through each node, in the order in which this client hears of them. */
    private static void hear(RespConnection subscriber, int count, Map<String, List<Integer>> heard) {
        for (int i = 0; i < count; i++) {
            String[] payload =
                    RespConnection.asTexts(subscriber.receive()).get(2).split(" ");
            heard.computeIfAbsent(payload[0], node -> new ArrayList<>()).add(Integer.valueOf(payload[1]));
        }
    }

    @Test
    void whatIsPublishedAnywhereIsHeardEverywhereInOrder() {
        List<RespConnection> subscribers = connections();
        List<RespConnection> publishers = connections();
        List<Map<String, List<Integer>>> heard = List.of(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
        subscribers.forEach(subscriber -> subscribe(subscriber, "all"));
        Map<String, List<Integer>> published = new TreeMap<>();
        for (int i = 0; i < MESSAGES; i += AT_ONCE) {
            for (int j = i; j < i + AT_ONCE; j++) {
                int which = j % publishers.size();
                publishers.get(which).send("PUBLISH", "all", "n" + which + " " + j);
                published
                        .computeIfAbsent("n" + which, node -> new ArrayList<>())
                        .add(j);
            }
            for (int j = i; j < i + AT_ONCE; j++) {
                assertEquals(1L, publishers.get(j % publishers.size()).receive(), "each node has one subscriber");
            }
            for (int s = 0; s < subscribers.size(); s++) {
                hear(subscribers.get(s), AT_ONCE, heard.get(s));
            }
        }
        heard.forEach(each -> assertEquals(published, each));
        subscribers.forEach(RespConnection::close);
        publishers.forEach(RespConnection::close);
    }

    @Test
    void whatIsPublishedRightAfterTheConfirmationArrives() {
        try (RespConnection subscriber = cluster.connect(2);
                RespConnection publisher = cluster.connect(0)) {
            for (int i = 0; i < 200; i++) {
                subscriber.call("SUBSCRIBE", "fresh" + i);
                publisher.call("PUBLISH", "fresh" + i, "x");
                assertEquals(List.of("message", "fresh" + i, "x"), RespConnection.asTexts(subscriber.receive()));
                subscriber.call("UNSUBSCRIBE", "fresh" + i);
            }
        }
    }

    @Test
    void oneThatDoesNotReadIsClosedAndTheOthersLoseNothing() {
        List<RespConnection> subscribers = connections();
        long closedBefore = closed(1);
        try (RespConnection silent = cluster.connect(1);
                RespConnection publisher = cluster.connect(0)) {
            subscribe(silent, "flood");
            subscribers.forEach(subscriber -> subscribe(subscriber, "flood"));
            String payload = "x".repeat(10_000);
            long usedBefore = JvmMemory.of(cluster.node(1)).residentBytes();
            for (int i = 0; i < 40; i++) {
                for (int j = 0; j < AT_ONCE; j++) {
                    publisher.send("PUBLISH", "flood", payload);
                }
                for (int j = 0; j < AT_ONCE; j++) {
                    publisher.receive();
                }
                for (RespConnection subscriber : subscribers) {
                    for (int j = 0; j < AT_ONCE; j++) {
                        assertEquals(
                                payload,
                                RespConnection.asTexts(subscriber.receive()).get(2));
                    }
                }
            }
            Await.until("the silent one is closed", Duration.ofSeconds(20), () -> closed(1) == closedBefore + 1);
            long grown = JvmMemory.of(cluster.node(1)).residentBytes() - usedBefore;
            assertTrue(grown < 100 << 20, "after 40 MB it has grown by " + grown);
        }
        subscribers.forEach(RespConnection::close);
    }

    private static long closed(int index) {
        try (RespConnection connection = cluster.connect(index)) {
            return Info.of(connection).number("client_output_buffer_limit_disconnections");
        }
    }

    @Test
    void infoAndPubsubTellOfTheirOwnNode() {
        try (RespConnection subscriber = cluster.connect(0);
                RespConnection here = cluster.connect(0);
                RespConnection there = cluster.connect(1)) {
            subscriber.call("HELLO", 3);
            subscriber.call("SUBSCRIBE", "own");
            subscriber.call("PSUBSCRIBE", "own*");
            assertEquals(List.of("own"), here.texts("PUBSUB", "CHANNELS", "own*"));
            assertEquals(List.of(), there.texts("PUBSUB", "CHANNELS", "own*"));
            assertEquals(1, Info.of(here).number("pubsub_patterns"));
            assertEquals(0, Info.of(there).number("pubsub_patterns"));
            assertEquals(0, there.number("PUBLISH", "own", "x"));
            Set<String> kinds = new TreeSet<>();
            kinds.add(RespConnection.asTexts(subscriber.receive()).get(0));
            kinds.add(RespConnection.asTexts(subscriber.receive()).get(0));
            assertEquals(Set.of("message", "pmessage"), kinds);
        }
    }

    @Test
    void jedisSubscribesAndIsTold() throws Exception {
        List<String> heard = new ArrayList<>();
        CountDownLatch subscribed = new CountDownLatch(1);
        JedisPubSub listener = new JedisPubSub() {
            @Override
            public void onPSubscribe(String pattern, int count) {
                subscribed.countDown();
            }

            @Override
            public void onPMessage(String pattern, String channel, String message) {
                heard.add(pattern + " " + channel + " " + message);
                if (message.equals("last")) {
                    punsubscribe();
                }
            }
        };
        try (Jedis subscriber = new Jedis("127.0.0.1", cluster.node(0).port());
                Jedis publisher = new Jedis("127.0.0.1", cluster.node(2).port())) {
            Thread listening = new Thread(() -> subscriber.psubscribe(listener, "jedis.*"));
            listening.start();
            assertTrue(subscribed.await(20, TimeUnit.SECONDS));
            publisher.publish("jedis.a", "first");
            publisher.publish("jedis.b", "last");
            listening.join(TimeUnit.SECONDS.toMillis(20));
            assertEquals(List.of("jedis.* jedis.a first", "jedis.* jedis.b last"), heard);
            assertNotNull(subscriber.ping());
        }
    }

    /** Subscribers outlive the start of another node, and hear what is published there. */
    @Test
    void aNodeThatIsKilledIsToldAgain() {
        try (RespConnection subscriber = cluster.connect(0)) {
            subscribe(subscriber, "restart");
            KindredProcess last = cluster.node(2);
            last.kill();
            last.restart();
            cluster.awaitWhole();
            try (RespConnection publisher = cluster.connect(2)) {
                Await.until(
                        "it has been told",
                        Duration.ofSeconds(20),
                        () -> Info.of(publisher, "kindred").number("topics_elsewhere") > 0);
                publisher.call("PUBLISH", "restart", "x");
            }
            assertEquals(List.of("message", "restart", "x"), RespConnection.asTexts(subscriber.receive()));
        }
    }
}
