package io.kindred.command;

import io.kindred.cluster.message.Reply;
import io.kindred.cluster.message.Topic;
import java.util.List;

/** The other nodes, to which is told what clients here have subscribed to, and what they publish. */
public interface PubSubPort {
    /** These topics are wanted here; answers when the other nodes know. A topic may be told of again. */
    void subscribe(List<Topic> topics, Answer<Reply> answer);

    /** Nobody here wants these any more. */
    void unsubscribed(List<Topic> topics);

    /** A client here has published this. The bytes are handed over. */
    void publish(Topic channel, byte[] payload);
}
