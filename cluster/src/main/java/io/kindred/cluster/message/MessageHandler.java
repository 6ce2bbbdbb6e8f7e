package io.kindred.cluster.message;

/** One method a message, so that a message that nobody handles does not compile. */
public interface MessageHandler {
    void onJoinRequest(long from, MembershipMessage.JoinRequest message);

    void onJoinRefused(long from, MembershipMessage.JoinRefused message);

    void onGossip(long from, MembershipMessage.Gossip message);

    void onGossipAsk(long from, MembershipMessage.GossipAsk message);

    void onGossipTell(long from, MembershipMessage.GossipTell message);

    void onPing(long from, MembershipMessage.Ping message);

    void onPong(long from, MembershipMessage.Pong message);

    void onPressure(long from, MembershipMessage.Pressure message);

    void onStartAsked(long from, MembershipMessage.StartAsked message);

    void onStartKnown(long from, MembershipMessage.StartKnown message);

    void onForward(long from, RequestMessage.Forward message);

    void onReadRequest(long from, RequestMessage.ReadRequest message);

    void onDeltas(long from, RequestMessage.Deltas message);

    void onAcks(long from, RequestMessage.Acks message);

    void onDotRequest(long from, RequestMessage.DotRequest message);

    void onTermClaim(long from, TermMessage.TermClaim message);

    void onTermsRequest(long from, TermMessage.TermsRequest message);

    void onHandOver(long from, HandoffMessage.HandOver message);

    void onRelay(long from, HandoffMessage.Relay message);

    void onTreeRoots(long from, ExchangeMessage.TreeRoots message);

    void onTreeLanes(long from, ExchangeMessage.TreeLanes message);

    void onTreeSums(long from, ExchangeMessage.TreeSums message);

    void onBucketKeys(long from, ExchangeMessage.BucketKeys message);

    void onBucketSums(long from, ExchangeMessage.BucketSums message);

    void onExchangeObjects(long from, ExchangeMessage.ExchangeObjects message);

    void onExchangeAsked(long from, ExchangeMessage.ExchangeAsked message);

    void onCountRequest(long from, KeyspaceMessage.CountRequest message);

    void onScanRequest(long from, KeyspaceMessage.ScanRequest message);

    void onClockRequest(long from, KeyspaceMessage.ClockRequest message);

    void onFlush(long from, KeyspaceMessage.Flush message);

    void onScriptRequest(long from, ScriptMessage.ScriptRequest message);

    void onScriptFlush(long from, ScriptMessage.ScriptFlush message);

    void onInterest(long from, PubSubMessage.Interest message);

    void onInterestAck(long from, PubSubMessage.InterestAck message);

    void onPublication(long from, PubSubMessage.Publication message);

    /** Each of them is its request's, whatever it says. */
    void onAnswer(long from, Message.Answer message);
}
