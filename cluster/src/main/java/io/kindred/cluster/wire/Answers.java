package io.kindred.cluster.wire;

import io.kindred.cluster.message.Message;

/** Which messages somebody waits for: what they cost to make is lost where they are, and what they end goes on. */
final class Answers {
    private Answers() {}

    static boolean isAnswer(Message message) {
        return message instanceof Message.Answer
                || message instanceof Message.Acks
                || message instanceof Message.Ping
                || message instanceof Message.Pong
                || message instanceof Message.Pressure
                || message instanceof Message.InterestAck;
    }
}
