package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Message;

/**
 * Something that waits for answers, known by an id that its messages carry. Answers may come twice, late, or never;
 * {@link Requests} calls {@link #onDeadline} once if the request is still there by then.
 */
public abstract class Request {
    /** Set by {@link Requests#open}; 0 while it is not open. */
    protected long id;

    /** What it holds while it is open, as far as {@link Requests#weigh} was told. */
    long weightBytes;

    /** Its deadline passed while this node did not look, so it got a little longer. */
    boolean wasUnseen;

    protected void onReadReply(long from, Message.ReadReply reply) {}

    protected void onDeltasAck(long from, Message.DeltasAck ack) {}

    /** A {@link Message.DeltasAck} that says that all is well, and no more. */
    protected void onAcknowledged(long from) {}

    protected void onForwardReply(long from, Message.ForwardReply reply) {}

    /** The answer to a request about the whole key space. */
    public void onAnswer(long from, Message answer) {}

    /** What was sent to this peer and not yet answered may be lost. */
    protected void onPeerLost(long peer) {}

    /** The answers are slower than usual. */
    protected void onHedge() {}

    protected abstract void onDeadline();
}
