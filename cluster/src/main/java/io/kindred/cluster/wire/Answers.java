package io.kindred.cluster.wire;

import io.kindred.cluster.message.MembershipMessage;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.PubSubMessage;
import io.kindred.cluster.message.RequestMessage;

/** Which messages somebody waits for: what they cost to make is lost where they are, and what they end goes on. */
final class Answers {
    private Answers() {}

    static boolean isAnswer(Message message) {
        return message instanceof Message.Answer
                || message instanceof RequestMessage.Acks
                || message instanceof MembershipMessage.Ping
                || message instanceof MembershipMessage.Pong
                || message instanceof MembershipMessage.Pressure
                || message instanceof PubSubMessage.InterestAck;
    }
}
