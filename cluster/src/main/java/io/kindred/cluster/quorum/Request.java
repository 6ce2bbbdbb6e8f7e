package io.kindred.cluster.quorum;

import io.kindred.cluster.message.AnswerHandler;
import io.kindred.cluster.message.ExchangeMessage;
import io.kindred.cluster.message.HandoffMessage;
import io.kindred.cluster.message.KeyspaceMessage;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.RequestMessage;
import io.kindred.cluster.message.ScriptMessage;
import io.kindred.cluster.message.TermMessage;

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

    /** A {@link RequestMessage.DeltasAck} that says that all is well, and no more. */
    protected void onAcknowledged(long from) {}

    /** What was sent to this peer and not yet answered may be lost. */
    protected void onPeerLost(long peer) {}

    /** The answers are slower than usual. */
    protected void onHedge() {}

    protected abstract void onDeadline();

    @Override
    public void onForwardReply(long from, RequestMessage.ForwardReply answer) {}

    @Override
    public void onReadReply(long from, RequestMessage.ReadReply answer) {}

    @Override
    public void onDeltasAck(long from, RequestMessage.DeltasAck answer) {}

    @Override
    public void onDotReply(long from, RequestMessage.DotReply answer) {}

    @Override
    public void onTermReply(long from, TermMessage.TermReply answer) {}

    @Override
    public void onTermsReply(long from, TermMessage.TermsReply answer) {}

    @Override
    public void onHandOverAck(long from, HandoffMessage.HandOverAck answer) {}

    @Override
    public void onTreeRootsReply(long from, ExchangeMessage.TreeRootsReply answer) {}

    @Override
    public void onTreeLanesReply(long from, ExchangeMessage.TreeLanesReply answer) {}

    @Override
    public void onTreeSumsReply(long from, ExchangeMessage.TreeSumsReply answer) {}

    @Override
    public void onBucketKeysReply(long from, ExchangeMessage.BucketKeysReply answer) {}

    @Override
    public void onBucketSumsReply(long from, ExchangeMessage.BucketSumsReply answer) {}

    @Override
    public void onExchangeObjectsReply(long from, ExchangeMessage.ExchangeObjectsReply answer) {}

    @Override
    public void onExchangeDone(long from, ExchangeMessage.ExchangeDone answer) {}

    @Override
    public void onCountReply(long from, KeyspaceMessage.CountReply answer) {}

    @Override
    public void onScanReply(long from, KeyspaceMessage.ScanReply answer) {}

    @Override
    public void onClockReply(long from, KeyspaceMessage.ClockReply answer) {}

    @Override
    public void onFlushAck(long from, KeyspaceMessage.FlushAck answer) {}

    @Override
    public void onScriptReply(long from, ScriptMessage.ScriptReply answer) {}
}
