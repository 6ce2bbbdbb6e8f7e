package io.kindred.command;

import io.kindred.cluster.message.Reply;
import io.kindred.cluster.message.Topic;
import java.util.ArrayList;
import java.util.List;

/** The other nodes, as far as they are told of topics: they know at once, or when a test says so. */
final class MemoryPeers implements PubSubPort {
    final List<String> told = new ArrayList<>();
    final List<Answer<Reply>> waiting = new ArrayList<>();
    boolean answersLater;

    @Override
    public void subscribe(List<Topic> topics, Answer<Reply> answer) {
        told.add("+" + topics);
        if (answersLater) {
            waiting.add(answer);
        } else {
            answer.done(Reply.OK);
        }
    }

    @Override
    public void unsubscribed(List<Topic> topics) {
        told.add("-" + topics);
    }

    @Override
    public void publish(Topic channel, byte[] payload) {
        told.add("publish " + channel);
    }
}
