package io.kindred.cluster.quorum;

/** What keeps turns of a key waiting in its {@link KeyLine}. Each turn says which of these it waits for. */
enum Hold {
    /** An operation of a client of this node cannot be begun while the ring changes: {@link Pauses}. */
    PARKED(0),
    /** The context of a write is being looked at: {@link ContextCheck}. */
    CHECKING(1),
    /** A put of a node that is no replica of the key: {@link RemotePutCore}. */
    BORROWING(2),
    /** A round of updates: {@link UpdateRounds}. */
    ROUND(3),
    /** A round of updates over all datacenters, for which those of this one need not wait. */
    WIDE_ROUND(4),
    /** Another coordinator's update has been refused for plain writes again and again: {@link PlainHold}. */
    GIVING_WAY(5),
    /** A turn that needs several keys for itself: {@link JointTurn}. */
    TAKEN(6),
    /**
     * A group update is stored here, and W do not have it yet: {@link GroupUpdate}. Nobody waits for it alone; but what is read
     * of the key meanwhile repairs nobody, for it would bring one record of the group without the others.
     */
    GROUP(7);

    private final int place;

    Hold(int place) {
        this.place = place;
    }

    /** What an operation of a client of this node waits for before anybody looks at where it goes. */
    static final int FOR_CLIENTS = PARKED.bit() | CHECKING.bit();

    static final int FOR_REMOTE_PUTS = BORROWING.bit() | TAKEN.bit();
    static final int FOR_LOANS = ROUND.bit() | TAKEN.bit();
    static final int FOR_ALL = (1 << values().length) - 1;

    static int forUpdates(boolean wide) {
        return round(wide).bit() | TAKEN.bit();
    }

    /** @param givesWay whether it has the time to */
    static int forPuts(boolean wide, boolean givesWay) {
        return forUpdates(wide) | (givesWay ? GIVING_WAY.bit() : 0);
    }

    static Hold round(boolean wide) {
        return wide ? WIDE_ROUND : ROUND;
    }

    /** From 0 on. */
    int place() {
        return place;
    }

    int bit() {
        return 1 << place;
    }
}
