package io.kindred.cluster.pubsub;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.MessageHandler;
import io.kindred.cluster.message.PubSubMessage;
import io.kindred.cluster.message.Topic;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Nodes that consist of a {@link PubSubCore} each, and what is under way between them, which a test loses and doubles. */
final class CoreMesh {
    static final PubSubLimits LIMITS = new PubSubLimits(12, 1 << 10, 24, 1_000, 250);

    final List<Node> nodes = new ArrayList<>();
    final List<Sent> underWay = new ArrayList<>();
    /** Pairs that are cut off, both ways. */
    private final Set<Long> cut = new LinkedHashSet<>();

    private final Random random;
    long nanos;

    /** A message, and the process that it is for. */
    record Sent(Node from, Node to, int life, Message message) {}

    CoreMesh(long seed, int count) {
        random = new Random(seed);
        for (int i = 0; i < count; i++) {
            nodes.add(new Node(i + 1));
        }
        nodes.forEach(Node::start);
    }

    static Topic channel(String name) {
        return new Topic(Topic.Kind.CHANNEL, name.getBytes(StandardCharsets.UTF_8));
    }

    static Topic pattern(String name) {
        return new Topic(Topic.Kind.PATTERN, name.getBytes(StandardCharsets.UTF_8));
    }

    final class Node implements PubSubOutbox {
        final long id;
        long start;
        int life;
        PubSubCore core = new PubSubCore(LIMITS, () -> nanos, this, 0);
        final Set<Topic> topics = new LinkedHashSet<>();
        final List<String> heard = new ArrayList<>();
        final List<Long> told = new ArrayList<>();
        final Map<Long, Topic> asked = new HashMap<>();
        private long lastToken;

        Node(long id) {
            this.id = id;
        }

        /** Another process: it has no clients. */
        void start() {
            start++;
            life++;
            core = new PubSubCore(LIMITS, () -> nanos, this, start);
            topics.clear();
            heard.clear();
            told.clear();
            nodes.stream().filter(other -> other != this && !isCut(this, other)).forEach(other -> {
                other.core.onLost(id);
                connect(other, this);
                connect(this, other);
            });
        }

        long subscribe(Topic topic) {
            topics.add(topic);
            asked.put(++lastToken, topic);
            core.subscribe(lastToken, List.of(topic));
            return lastToken;
        }

        void unsubscribe(Topic topic) {
            topics.remove(topic);
            core.unsubscribe(List.of(topic));
        }

        void publish(Topic channel, String payload) {
            core.publish(channel, payload.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public void send(long to, Message message) {
            Node other = nodes.get((int) to - 1);
            underWay.add(new Sent(this, other, other.life, message));
        }

        @Override
        public void published(Topic channel, byte[] payload) {
            heard.add(new String(channel.name(), StandardCharsets.UTF_8) + " "
                    + new String(payload, StandardCharsets.UTF_8));
        }

        @Override
        public void told(long token) {
            told.add(token);
        }
    }

    private void connect(Node from, Node to) {
        to.core.onStart(from.id, from.start);
        from.core.onConnected(to.id);
    }

    private boolean isCut(Node one, Node other) {
        return cut.contains(Math.min(one.id, other.id) << 32 | Math.max(one.id, other.id));
    }

    void cut(Node one, Node other) {
        if (one != other && cut.add(Math.min(one.id, other.id) << 32 | Math.max(one.id, other.id))) {
            one.core.onLost(other.id);
            other.core.onLost(one.id);
        }
    }

    void heal() {
        for (Node one : nodes) {
            for (Node other : nodes) {
                if (one.id < other.id && isCut(one, other)) {
                    cut.remove(one.id << 32 | other.id);
                    connect(one, other);
                    connect(other, one);
                }
            }
        }
    }

    void pass(long passedNanos) {
        nanos += passedNanos;
        nodes.forEach(node -> {
            if (node.core.nextTickNanos() <= nanos) {
                node.core.onTick(id -> false, node.start);
            }
        });
    }

    /** Anything that is under way, in whatever order; some of it is lost, and some comes twice. */
    void deliverSome(double lossRate, double doubleRate) {
        if (underWay.isEmpty()) {
            return;
        }
        Sent sent = underWay.remove(random.nextInt(Math.min(underWay.size(), 8)));
        if (random.nextDouble() < doubleRate) {
            underWay.add(sent);
        }
        if (random.nextDouble() >= lossRate) {
            deliver(sent);
        }
    }

    void deliverOldest() {
        deliver(underWay.remove(0));
    }

    /** All that is under way, and what follows from it, in order. */
    void deliverAll() {
        while (!underWay.isEmpty()) {
            deliverOldest();
        }
    }

    private void deliver(Sent sent) {
        if (sent.life() == sent.to().life && !isCut(sent.from(), sent.to())) {
            sent.message().deliver(sent.from().id, handler(sent.to().core));
        }
    }

    private static MessageHandler handler(PubSubCore core) {
        return (MessageHandler) Proxy.newProxyInstance(
                MessageHandler.class.getClassLoader(), new Class<?>[] {MessageHandler.class}, (proxy, method, args) -> {
                    long from = (Long) args[0];
                    if (args[1] instanceof PubSubMessage.Interest interest) {
                        core.onInterest(from, interest);
                    } else if (args[1] instanceof PubSubMessage.InterestAck ack) {
                        core.onInterestAck(from, ack);
                    } else {
                        core.onPublication(from, (PubSubMessage.Publication) args[1]);
                    }
                    return null;
                });
    }
}
