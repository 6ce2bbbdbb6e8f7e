package io.kindred.cluster.message;

/** One method an answer, so that an answer that nobody handles does not compile. */
public interface AnswerHandler {
    void onForwardReply(long from, Message.ForwardReply answer);

    void onReadReply(long from, Message.ReadReply answer);

    void onDeltasAck(long from, Message.DeltasAck answer);

    void onDotReply(long from, Message.DotReply answer);

    void onTermReply(long from, Message.TermReply answer);

    void onTermsReply(long from, Message.TermsReply answer);

    void onHandOverAck(long from, Message.HandOverAck answer);

    void onTreeRootsReply(long from, Message.TreeRootsReply answer);

    void onTreeLanesReply(long from, Message.TreeLanesReply answer);

    void onTreeSumsReply(long from, Message.TreeSumsReply answer);

    void onBucketKeysReply(long from, Message.BucketKeysReply answer);

    void onBucketSumsReply(long from, Message.BucketSumsReply answer);

    void onExchangeObjectsReply(long from, Message.ExchangeObjectsReply answer);

    void onExchangeDone(long from, Message.ExchangeDone answer);

    void onCountReply(long from, Message.CountReply answer);

    void onScanReply(long from, Message.ScanReply answer);

    void onClockReply(long from, Message.ClockReply answer);

    void onFlushAck(long from, Message.FlushAck answer);
}
