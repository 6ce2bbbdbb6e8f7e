package io.kindred.cluster.quorum;

import io.kindred.cluster.message.AnswerHandler;
import io.kindred.cluster.message.Message;

/**
 * Something that waits for answers, known by an id that its messages carry. Answers may come twice, late, or never;
 * {@link Requests} calls {@link #onDeadline} once if the request is still there by then.
 */
public abstract class Request implements AnswerHandler {
    /** Set by {@link Requests#open}; 0 while it is not open. */
    protected long id;

    /** What it holds while it is open, as far as {@link Requests#weigh} was told. */
    long weightBytes;

    /** Its deadline passed while this node did not look, so it got a little longer. */
    boolean wasUnseen;

    /** Answers may be of any kind, whatever was asked: what it does not wait for it ignores. */
    public final void onAnswer(long from, Message.Answer answer) {
        answer.tell(from, this);
    }

    /** A {@link Message.DeltasAck} that says that all is well, and no more. */
    protected void onAcknowledged(long from) {}

    /** What was sent to this peer and not yet answered may be lost. */
    protected void onPeerLost(long peer) {}

    /** The answers are slower than usual. */
    protected void onHedge() {}

    protected abstract void onDeadline();

    @Override
    public void onForwardReply(long from, Message.ForwardReply answer) {}

    @Override
    public void onReadReply(long from, Message.ReadReply answer) {}

    @Override
    public void onDeltasAck(long from, Message.DeltasAck answer) {}

    @Override
    public void onDotReply(long from, Message.DotReply answer) {}

    @Override
    public void onTermReply(long from, Message.TermReply answer) {}

    @Override
    public void onTermsReply(long from, Message.TermsReply answer) {}

    @Override
    public void onHandOverAck(long from, Message.HandOverAck answer) {}

    @Override
    public void onTreeRootsReply(long from, Message.TreeRootsReply answer) {}

    @Override
    public void onTreeLanesReply(long from, Message.TreeLanesReply answer) {}

    @Override
    public void onTreeSumsReply(long from, Message.TreeSumsReply answer) {}

    @Override
    public void onBucketKeysReply(long from, Message.BucketKeysReply answer) {}

    @Override
    public void onBucketSumsReply(long from, Message.BucketSumsReply answer) {}

    @Override
    public void onExchangeObjectsReply(long from, Message.ExchangeObjectsReply answer) {}

    @Override
    public void onExchangeDone(long from, Message.ExchangeDone answer) {}

    @Override
    public void onCountReply(long from, Message.CountReply answer) {}

    @Override
    public void onScanReply(long from, Message.ScanReply answer) {}

    @Override
    public void onClockReply(long from, Message.ClockReply answer) {}

    @Override
    public void onFlushAck(long from, Message.FlushAck answer) {}
}
