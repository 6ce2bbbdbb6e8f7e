package io.kindred.cluster.message;

/** One method a message, so that a message that nobody handles does not compile. */
public interface MessageHandler {
    void onJoinRequest(long from, Message.JoinRequest message);

    void onJoinRefused(long from, Message.JoinRefused message);

    void onGossip(long from, Message.Gossip message);

    void onGossipAsk(long from, Message.GossipAsk message);

    void onGossipTell(long from, Message.GossipTell message);

    void onPing(long from, Message.Ping message);

    void onPong(long from, Message.Pong message);

    void onPressure(long from, Message.Pressure message);

    void onStartAsked(long from, Message.StartAsked message);

    void onStartKnown(long from, Message.StartKnown message);

    void onForward(long from, Message.Forward message);

    void onForwardReply(long from, Message.ForwardReply message);

    void onReadRequest(long from, Message.ReadRequest message);

    void onReadReply(long from, Message.ReadReply message);

    void onDeltas(long from, Message.Deltas message);

    void onDeltasAck(long from, Message.DeltasAck message);

    void onAcks(long from, Message.Acks message);

    void onDotRequest(long from, Message.DotRequest message);

    void onDotReply(long from, Message.DotReply message);

    void onTermClaim(long from, Message.TermClaim message);

    void onTermReply(long from, Message.TermReply message);

    void onTermsRequest(long from, Message.TermsRequest message);

    void onTermsReply(long from, Message.TermsReply message);

    void onHandOver(long from, Message.HandOver message);

    void onRelay(long from, Message.Relay message);

    void onHandOverAck(long from, Message.HandOverAck message);

    void onTreeRoots(long from, Message.TreeRoots message);

    void onTreeRootsReply(long from, Message.TreeRootsReply message);

    void onTreeLanes(long from, Message.TreeLanes message);

    void onTreeLanesReply(long from, Message.TreeLanesReply message);

    void onTreeSums(long from, Message.TreeSums message);

    void onTreeSumsReply(long from, Message.TreeSumsReply message);

    void onBucketKeys(long from, Message.BucketKeys message);

    void onBucketKeysReply(long from, Message.BucketKeysReply message);

    void onBucketSums(long from, Message.BucketSums message);

    void onBucketSumsReply(long from, Message.BucketSumsReply message);

    void onExchangeObjects(long from, Message.ExchangeObjects message);

    void onExchangeObjectsReply(long from, Message.ExchangeObjectsReply message);

    void onExchangeAsked(long from, Message.ExchangeAsked message);

    void onExchangeDone(long from, Message.ExchangeDone message);

    void onCountRequest(long from, Message.CountRequest message);

    void onCountReply(long from, Message.CountReply message);

    void onScanRequest(long from, Message.ScanRequest message);

    void onScanReply(long from, Message.ScanReply message);

    void onClockRequest(long from, Message.ClockRequest message);

    void onClockReply(long from, Message.ClockReply message);

    void onFlush(long from, Message.Flush message);

    void onFlushAck(long from, Message.FlushAck message);

    void onInterest(long from, Message.Interest message);

    void onInterestAck(long from, Message.InterestAck message);

    void onPublication(long from, Message.Publication message);
}
