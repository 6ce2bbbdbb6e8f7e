package io.kindred.command;

import io.kindred.cluster.keyspace.Glob;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.message.Topic;
import io.kindred.metrics.MetricSet;
import io.kindred.metrics.Unit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who of this node's clients has subscribed to what. What a client publishes is told to those at once, and handed to the
 * other nodes ({@link PubSubPort}); what these hand over is told to them, too.
 *
 * <p>A subscription begins when the other nodes know of it. Until then the topic is kept for whoever waits, so that nobody
 * else's UNSUBSCRIBE gives it up.
 *
 * <p>Owned by: the loop thread.
 */
public final class PubSub {
    public static final MetricSet<PubSub> METRICS = MetricSet.<PubSub>of(PubSub.class)
            .gauge(
                    "pubsub_subscriptions",
                    "What clients here have subscribed to, once for each client.",
                    c -> c.subscriptions)
            .gauge(
                    "pubsub_subscription_bytes",
                    Unit.BYTES,
                    "What these take, names and all, of at most an eighth of the heap.",
                    c -> c.heldBytes)
            .counter(
                    "pubsub_subscribes_refused",
                    "SUBSCRIBEs that were refused because these take too much.",
                    c -> c.refused)
            .counter("pubsub_messages_told", "Messages to clients that have subscribed.", c -> c.messages)
            .build();

    /** Of the heap: what all subscriptions may take. */
    private static final int HEAP_PARTS = 8;
    /** What a subscription takes beside its name: places in two sets and, for the first of a topic, in a table. */
    private static final int ENTRY_BYTES = 256;

    private static final Reply MESSAGE = Reply.bulk("message");
    private static final Reply PATTERN_MESSAGE = Reply.bulk("pmessage");
    private static final Reply SHARD_MESSAGE = Reply.bulk("smessage");

    private final PubSubPort port;
    private final long bytesMax;
    private final Map<Topic, Listeners> named = new HashMap<>();
    private final Map<Topic, Listeners> patterns = new LinkedHashMap<>();
    private final int[] topics = new int[Topic.Kind.values().length];
    private long subscriptions;
    private long heldBytes;
    private long refused;
    private long messages;

    /** Who listens to one topic. */
    private static final class Listeners {
        private final Set<Subscriptions> all = new LinkedHashSet<>();
        private Subscriptions @Nullable [] inOrder;
        /** Clients whose SUBSCRIBE is not confirmed yet. */
        private int coming;

        /** As they are now: telling one may end another. */
        Subscriptions[] inOrder() {
            Subscriptions[] now = inOrder;
            if (now == null) {
                now = all.toArray(Subscriptions[]::new);
                inOrder = now;
            }
            return now;
        }
    }

    public PubSub(PubSubPort port) {
        this(port, Runtime.getRuntime().maxMemory() / HEAP_PARTS);
    }

    PubSub(PubSubPort port, long bytesMax) {
        this.port = port;
        this.bytesMax = bytesMax;
    }

    public void addCommands(CommandTable.Builder table) {
        new PubSubCommands(this).register(table);
    }

    /** The other nodes can be reached from now on, and know of nothing yet. */
    public void tellAll() {
        List<Topic> all = new ArrayList<>(named.keySet());
        all.addAll(patterns.keySet());
        if (!all.isEmpty()) {
            port.subscribe(all, LaterReply.of(reply -> {}, reply -> reply));
        }
    }

    // --- subscribing ---

    /** Answers once the client has subscribed to these, or why it has not. */
    void subscribe(Subscriptions who, List<Topic> wanted, Answer<Reply> answer) {
        long bytes = 0;
        for (Topic topic : wanted) {
            bytes += who.has(topic) ? 0 : weight(topic);
        }
        if (heldBytes + bytes > bytesMax) {
            refused++;
            answer.failed("OOM subscriptions take " + heldBytes + " bytes of this node, and may take no more than "
                    + bytesMax + "; nothing was subscribed to");
            return;
        }
        wanted.forEach(topic -> index(topic).computeIfAbsent(topic, same -> new Listeners()).coming++);
        port.subscribe(wanted, new Answer<Reply>() {
            @Override
            public void done(Reply reply) {
                come(who, wanted, !who.isClosed());
                answer.done(reply);
            }

            @Override
            public void failed(String error) {
                come(who, wanted, false);
                answer.failed(error);
            }
        });
    }

    private void come(Subscriptions who, List<Topic> wanted, boolean subscribes) {
        List<Topic> left = new ArrayList<>();
        for (Topic topic : wanted) {
            Listeners listeners = index(topic).get(topic);
            if (listeners == null) {
                throw new IllegalStateException("nobody kept " + topic);
            }
            listeners.coming--;
            if (subscribes && who.add(topic, this)) {
                heldBytes += weight(topic);
                subscriptions++;
                topics[topic.kind().ordinal()] += listeners.all.isEmpty() ? 1 : 0;
                listeners.all.add(who);
                listeners.inOrder = null;
            } else {
                dropIfUnused(topic, listeners, left);
            }
        }
        tellLeft(left);
    }

    /** Those to which the client had not subscribed are left out. */
    void unsubscribe(Subscriptions who, List<Topic> unwanted) {
        List<Topic> left = new ArrayList<>();
        for (Topic topic : unwanted) {
            Listeners listeners = index(topic).get(topic);
            if (listeners != null && who.remove(topic)) {
                heldBytes -= weight(topic);
                subscriptions--;
                listeners.all.remove(who);
                listeners.inOrder = null;
                topics[topic.kind().ordinal()] -= listeners.all.isEmpty() ? 1 : 0;
                dropIfUnused(topic, listeners, left);
            }
        }
        tellLeft(left);
    }

    private void dropIfUnused(Topic topic, Listeners listeners, List<Topic> left) {
        if (listeners.all.isEmpty() && listeners.coming == 0) {
            index(topic).remove(topic);
            left.add(topic);
        }
    }

    private void tellLeft(List<Topic> left) {
        if (!left.isEmpty()) {
            port.unsubscribed(left);
        }
    }

    private Map<Topic, Listeners> index(Topic topic) {
        return topic.kind() == Topic.Kind.PATTERN ? patterns : named;
    }

    private static long weight(Topic topic) {
        return ENTRY_BYTES + topic.name().length;
    }

    // --- publishing ---

    /** A client here publishes this. Returns how many clients of this node were told. */
    public long publish(Topic channel, byte[] payload) {
        long told = tell(channel, payload);
        port.publish(channel, payload);
        return told;
    }

    /**
     * Tells the clients here.
     *
     * @return how many; one counts for each pattern of its that matches
     */
    public long tell(Topic channel, byte[] payload) {
        Reply name = Reply.bulk(channel.name());
        Reply what = Reply.bulk(payload);
        boolean isShard = channel.kind() == Topic.Kind.SHARD_CHANNEL;
        Listeners direct = named.get(channel);
        long told = direct == null
                ? 0
                : tell(direct, new Reply.Push(List.of(isShard ? SHARD_MESSAGE : MESSAGE, name, what)));
        if (!isShard) {
            for (Map.Entry<Topic, Listeners> pattern : patterns.entrySet()) {
                if (Glob.matches(pattern.getKey().name(), channel.name())) {
                    Reply shown = Reply.bulk(pattern.getKey().name());
                    told += tell(pattern.getValue(), new Reply.Push(List.of(PATTERN_MESSAGE, shown, name, what)));
                }
            }
        }
        messages += told;
        return told;
    }

    private static long tell(Listeners listeners, Reply.Push message) {
        Subscriptions[] all = listeners.inOrder();
        for (Subscriptions each : all) {
            each.push(message);
        }
        return all.length;
    }

    // --- what there is ---

    /** How many topics of a kind have subscribers. */
    public int count(Topic.Kind kind) {
        return topics[kind.ordinal()];
    }

    /** How many clients have subscribed to this very topic. */
    int listeners(Topic topic) {
        Listeners listeners = index(topic).get(topic);
        return listeners == null ? 0 : listeners.all.size();
    }

    /** The names of a kind that have subscribers. */
    List<byte[]> names(Topic.Kind kind, byte @Nullable [] pattern) {
        List<byte[]> names = new ArrayList<>();
        named.forEach((topic, listeners) -> {
            boolean isMeant = topic.kind() == kind && !listeners.all.isEmpty();
            if (isMeant && (pattern == null || Glob.matches(pattern, topic.name()))) {
                names.add(topic.name());
            }
        });
        return names;
    }
}
