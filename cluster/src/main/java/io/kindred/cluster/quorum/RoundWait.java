package io.kindred.cluster.quorum;

/** {@link UpdateRounds} wait for a claim, the disk, or for a moment to pass; no longer than the first of their clients does. */
final class RoundWait extends Request {
    private final Coordination node;
    private final Runnable goOn;
    private final Runnable timeUp;

    /**
     * @param goOn run when the moment has passed
     * @param timeUp run at the deadline
     */
    RoundWait(Coordination node, long deadlineNanos, Runnable goOn, Runnable timeUp) {
        this.node = node;
        this.goOn = goOn;
        this.timeUp = timeUp;
        node.requests().open(this, node.clocks().nanos(), deadlineNanos);
    }

    void forAMoment(long nanos) {
        node.requests().hedge(this, node.clocks().nanos(), nanos);
    }

    void end() {
        node.requests().close(this);
    }

    @Override
    protected void onHedge() {
        end();
        goOn.run();
    }

    @Override
    protected void onDeadline() {
        node.counters().timeouts++;
        timeUp.run();
    }
}
