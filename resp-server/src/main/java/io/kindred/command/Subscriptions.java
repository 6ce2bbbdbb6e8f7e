package io.kindred.command;

import io.kindred.cluster.message.Reply;
import io.kindred.cluster.message.Topic;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one client has subscribed to.
 *
 * <p>Owned by: the connection's loop thread.
 */
public final class Subscriptions {
    /** The connection, as far as it is told what others publish. */
    public interface Client {
        /** Tells it this, in its place among its replies. */
        void push(Reply message);

        /** It has begun, or ceased, to be told what it does not ask for. */
        void changed();
    }

    /** One that cannot be told anything. */
    static final Client NOBODY = new Client() {
        @Override
        public void push(Reply message) {}

        @Override
        public void changed() {}
    };

    private final Client client;
    private final int[] counts = new int[Topic.Kind.values().length];
    /** Null until it subscribes for the first time: few clients do. */
    private @Nullable Set<Topic> topics;

    private @Nullable PubSub pubSub;
    private boolean closed;

    public Subscriptions(Client client) {
        this.client = client;
    }

    public int channels() {
        return counts[Topic.Kind.CHANNEL.ordinal()];
    }

    public int patterns() {
        return counts[Topic.Kind.PATTERN.ordinal()];
    }

    public int shardChannels() {
        return counts[Topic.Kind.SHARD_CHANNEL.ordinal()];
    }

    public boolean isAny() {
        return channels() + patterns() + shardChannels() > 0;
    }

    /** What Redis counts together with topics of this kind. */
    int countBeside(Topic.Kind kind) {
        return kind == Topic.Kind.SHARD_CHANNEL ? shardChannels() : channels() + patterns();
    }

    boolean isClosed() {
        return closed;
    }

    boolean has(Topic topic) {
        return topics != null && topics.contains(topic);
    }

    /** Those of one kind, in the order in which they came. */
    List<Topic> all(Topic.Kind kind) {
        List<Topic> found = new ArrayList<>();
        if (topics != null) {
            topics.stream().filter(topic -> topic.kind() == kind).forEach(found::add);
        }
        return found;
    }

    /** Whether it is new. */
    boolean add(Topic topic, PubSub whose) {
        pubSub = whose;
        Set<Topic> mine = topics;
        if (mine == null) {
            mine = new LinkedHashSet<>();
            topics = mine;
        }
        if (!mine.add(topic)) {
            return false;
        }
        boolean wasAny = isAny();
        counts[topic.kind().ordinal()]++;
        if (!wasAny) {
            client.changed();
        }
        return true;
    }

    /** Whether it was there. */
    boolean remove(Topic topic) {
        if (topics == null || !topics.remove(topic)) {
            return false;
        }
        counts[topic.kind().ordinal()]--;
        if (!isAny()) {
            topics = null;
            client.changed();
        }
        return true;
    }

    void push(Reply.Push message) {
        client.push(message);
    }

    /** Leaves everything, and tells the client nothing of it. */
    void reset() {
        PubSub whose = pubSub;
        if (whose != null && topics != null) {
            whose.unsubscribe(this, List.copyOf(topics));
        }
    }

    /** The client is gone. */
    public void close() {
        closed = true;
        reset();
    }
}
