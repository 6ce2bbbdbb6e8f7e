package io.kindred.cluster.pubsub;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Topic;

/** Where {@link PubSubCore} puts what leaves it. */
public interface PubSubOutbox {
    /** Sends, or loses. */
    void send(long to, Message message);

    /** Other nodes' clients have published this. */
    void published(Topic channel, byte[] payload);

    /** A SUBSCRIBE may be confirmed. */
    void told(long token);
}
