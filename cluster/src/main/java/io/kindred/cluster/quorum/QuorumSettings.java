package io.kindred.cluster.quorum;

import io.kindred.cluster.message.QuorumSpec;

/**
 * The quorums of a datacenter (of all of them together it is a majority) and the limits that a coordinator keeps.
 *
 * @param readDefault 0: a majority
 * @param writeDefault 0: a majority
 */
public record QuorumSettings(
        int readDefault, int writeDefault, int siblingsMax, int clockEntriesMax, long timeoutNanos) {
    /** An answer is late after this part of the timeout at most: so there is time to ask others. */
    private static final int LATE_PARTS = 4;

    /** How many of {@code replicas} must answer a read; never more than there are. */
    public int readsNeeded(QuorumSpec asked, int replicas) {
        return reads(asked, replicas).all();
    }

    /** How many of {@code replicas} must have made a write durable; never more than there are. */
    public int writesNeeded(QuorumSpec asked, int replicas) {
        return writes(asked, replicas).all();
    }

    Needs reads(QuorumSpec asked, int replicas) {
        return asked.global()
                ? wide(asked.r(), asked.pr(), replicas)
                : needs(asked.r(), asked.pr(), readDefault, replicas);
    }

    Needs writes(QuorumSpec asked, int replicas) {
        return asked.global()
                ? wide(asked.w(), asked.pw(), replicas)
                : needs(asked.w(), asked.pw(), writeDefault, replicas);
    }

    /**
     * Whether a write that has what one asks for has what another one asks for, of whichever set of so many replicas at
     * most.
     */
    boolean isMetBy(QuorumSpec asked, QuorumSpec met, int replicasMax) {
        boolean isMet = met.global() || !asked.global();
        for (int replicas = 1; isMet && replicas <= replicasMax && !asked.equals(met); replicas++) {
            Needs wanted = writes(asked, replicas);
            Needs had = writes(met, replicas);
            isMet = had.all() >= wanted.all() && had.own() >= wanted.own();
        }
        return isMet;
    }

    /** Meets what each of two writes asks for, of so many replicas at most. */
    QuorumSpec strongest(QuorumSpec one, QuorumSpec other, int replicasMax) {
        if (isMetBy(other, one, replicasMax)) {
            return one;
        }
        if (isMetBy(one, other, replicasMax)) {
            return other;
        }
        Needs ofOne = writes(one, replicasMax);
        Needs ofOther = writes(other, replicasMax);
        return new QuorumSpec(
                one.r(),
                Math.max(ofOne.all(), ofOther.all()),
                one.pr(),
                Math.max(ofOne.own(), ofOther.own()),
                one.global() || other.global());
    }

    /** Nodes that stand in for a replica elsewhere are no sign that a write has left this datacenter: they do not count. */
    private static Needs wide(int asked, int askedOfOwn, int replicas) {
        int all = needs(asked, askedOfOwn, 0, replicas).all();
        return new Needs(all, all);
    }

    /** What is asked of the key's own replicas can only raise the number. */
    private static Needs needs(int asked, int askedOfOwn, int standard, int replicas) {
        int majority = replicas / 2 + 1;
        int wanted = asked > 0 ? asked : standard > 0 ? standard : majority;
        int own = Math.min(askedOfOwn, replicas);
        return new Needs(Math.min(Math.max(wanted, own), replicas), own);
    }

    public long lateMaxNanos() {
        return timeoutNanos / LATE_PARTS;
    }

    public long timeoutMillis() {
        return timeoutNanos / 1_000_000;
    }
}
