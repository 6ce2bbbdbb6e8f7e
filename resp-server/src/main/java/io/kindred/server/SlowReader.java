package io.kindred.server;

/**
 * Whether a client takes what it is told. Looked at once a second, so the seconds here are looks.
 *
 * <p>Owned by: the connection's loop thread.
 */
final class SlowReader {
    /** So often it is found to take nothing, while that is in the way, before it is closed. */
    static final int STILL_LOOKS_MAX = 10;

    /** What is to become of the client. */
    enum Verdict {
        STAYS,
        /** It takes nothing, and its class's hard limit is reached. */
        AT_HARD_LIMIT,
        /** It has been past its class's soft limit for too long. */
        PAST_SOFT_LIMIT,
        /** It takes nothing, and all clients together hold more than the node's budget. */
        STUCK
    }

    private int stillLooks;
    private int softLooks;

    /**
     * @param bytes what the client has not taken
     * @param isStill whether there is something to take, and it has taken nothing since the last look
     * @param isOverBudget whether all clients together hold too much
     */
    Verdict look(long bytes, boolean isStill, OutputLimits.Limit limit, boolean isOverBudget) {
        boolean isPastSoft = limit.softBytes() > 0 && bytes >= limit.softBytes();
        softLooks = isPastSoft ? softLooks + 1 : 0;
        stillLooks = isStill ? stillLooks + 1 : 0;
        // The first look that finds it so has found it so for no time.
        if (softLooks > limit.softSeconds() + 1) {
            return Verdict.PAST_SOFT_LIMIT;
        }
        if (stillLooks < STILL_LOOKS_MAX) {
            return Verdict.STAYS;
        }
        if (bytes >= limit.hardBytes()) {
            return Verdict.AT_HARD_LIMIT;
        }
        return isOverBudget ? Verdict.STUCK : Verdict.STAYS;
    }

    int stillLooks() {
        return stillLooks;
    }
}
