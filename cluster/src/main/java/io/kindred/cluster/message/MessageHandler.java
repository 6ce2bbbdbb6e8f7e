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

    void onReadRequest(long from, Message.ReadRequest message);

    void onDeltas(long from, Message.Deltas message);

    void onAcks(long from, Message.Acks message);

    void onDotRequest(long from, Message.DotRequest message);

    void onTermClaim(long from, Message.TermClaim message);

    void onTermsRequest(long from, Message.TermsRequest message);

    void onHandOver(long from, Message.HandOver message);

    void onRelay(long from, Message.Relay message);

    void onTreeRoots(long from, Message.TreeRoots message);

    void onTreeLanes(long from, Message.TreeLanes message);

    void onTreeSums(long from, Message.TreeSums message);

    void onBucketKeys(long from, Message.BucketKeys message);

    void onBucketSums(long from, Message.BucketSums message);

    void onExchangeObjects(long from, Message.ExchangeObjects message);

    void onExchangeAsked(long from, Message.ExchangeAsked message);

    void onCountRequest(long from, Message.CountRequest message);

    void onScanRequest(long from, Message.ScanRequest message);

    void onClockRequest(long from, Message.ClockRequest message);

    void onFlush(long from, Message.Flush message);

    void onInterest(long from, Message.Interest message);

    void onInterestAck(long from, Message.InterestAck message);

    void onPublication(long from, Message.Publication message);

    /** Each of them is its request's, whatever it says. */
    void onAnswer(long from, Message.Answer message);
}
