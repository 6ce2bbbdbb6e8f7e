package io.kindred.cluster.message;

/** One method an answer, so that an answer that nobody handles does not compile. */
public interface AnswerHandler {
    void onForwardReply(long from, RequestMessage.ForwardReply answer);

    void onReadReply(long from, RequestMessage.ReadReply answer);

    void onDeltasAck(long from, RequestMessage.DeltasAck answer);

    void onDotReply(long from, RequestMessage.DotReply answer);

    void onTermReply(long from, TermMessage.TermReply answer);

    void onTermsReply(long from, TermMessage.TermsReply answer);

    void onHandOverAck(long from, HandoffMessage.HandOverAck answer);

    void onTreeRootsReply(long from, ExchangeMessage.TreeRootsReply answer);

    void onTreeLanesReply(long from, ExchangeMessage.TreeLanesReply answer);

    void onTreeSumsReply(long from, ExchangeMessage.TreeSumsReply answer);

    void onBucketKeysReply(long from, ExchangeMessage.BucketKeysReply answer);

    void onBucketSumsReply(long from, ExchangeMessage.BucketSumsReply answer);

    void onExchangeObjectsReply(long from, ExchangeMessage.ExchangeObjectsReply answer);

    void onExchangeDone(long from, ExchangeMessage.ExchangeDone answer);

    void onCountReply(long from, KeyspaceMessage.CountReply answer);

    void onScanReply(long from, KeyspaceMessage.ScanReply answer);

    void onClockReply(long from, KeyspaceMessage.ClockReply answer);

    void onFlushAck(long from, KeyspaceMessage.FlushAck answer);

    void onScriptReply(long from, ScriptMessage.ScriptReply answer);
}
