package io.kindred.cluster.membership;

/**
 * How far a member has come, as it tells with each beat.
 *
 * @param recordsHash of all change records that it knows; 0 for none
 * @param holdingVersion of its newest {@link HeldPartitions}; 0 where it has none
 * @param oldestDebtStamp the oldest stamp of anything that it holds and has yet to give to a partition's owners;
 *     {@link Long#MAX_VALUE} for nothing, {@link #DEBT_UNKNOWN} where it has not found out yet, since its start
 * @param clockStamp of its hybrid clock when it told: it gives no earlier one any more
 */
public record Standing(long recordsHash, long holdingVersion, long oldestDebtStamp, long clockStamp) {

    public static final long DEBT_UNKNOWN = 0;
    /** It may be as old as can be. */
    public static final long DEBT_OF_ANY_AGE = 1;

    /** What is known of a member that has not told yet. */
    public static final Standing UNKNOWN = new Standing(0, 0, 0, 0);
}
