package io.kindred.cluster.pubsub;

import io.kindred.cluster.message.Topic;
import java.nio.charset.StandardCharsets;

/** The channels of keyspace notifications (redis.io, "Redis keyspace notifications"). */
public final class KeyspaceChannels {
    private KeyspaceChannels() {}

    /** {@code __keyspace@db__:key}, on which what happened is told. */
    public static Topic ofKey(int db, byte[] key) {
        return channel("__keyspace@", db, key);
    }

    /** {@code __keyevent@db__:event}, on which the key is told. */
    public static Topic ofEvent(int db, byte[] event) {
        return channel("__keyevent@", db, event);
    }

    private static Topic channel(String kind, int db, byte[] rest) {
        byte[] head = (kind + db + "__:").getBytes(StandardCharsets.US_ASCII);
        byte[] channel = new byte[head.length + rest.length];
        System.arraycopy(head, 0, channel, 0, head.length);
        System.arraycopy(rest, 0, channel, head.length, rest.length);
        return new Topic(Topic.Kind.CHANNEL, channel);
    }
}
