package io.kindred.cluster.wire;

import io.kindred.cluster.message.Message;

/** Which messages somebody waits for: what they cost to make is lost where they are, and what they end goes on. */
final class Answers {
    private Answers() {}

    static boolean isAnswer(Message message) {
        return message instanceof Message.DeltasAck
                || message instanceof Message.Acks
                || message instanceof Message.ReadReply
                || message instanceof Message.ForwardReply
                || message instanceof Message.DotReply
                || message instanceof Message.HandOverAck
                || message instanceof Message.Ping
                || message instanceof Message.Pong
                || message instanceof Message.Pressure
                || message instanceof Message.CountReply
                || message instanceof Message.ScanReply
                || message instanceof Message.ClockReply
                || message instanceof Message.FlushAck
                || message instanceof Message.TreeRootsReply
                || message instanceof Message.TreeLanesReply
                || message instanceof Message.TreeSumsReply
                || message instanceof Message.BucketKeysReply
                || message instanceof Message.BucketSumsReply
                || message instanceof Message.ExchangeObjectsReply
                || message instanceof Message.ExchangeDone
                || message instanceof Message.InterestAck;
    }
}
