package io.kindred.cluster.membership;

import io.kindred.cluster.membership.Departure.Moment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The newest telling of one other member, and what {@link Verdict} makes of what all say of it; and apart from that, what it
 * has told of its {@link Departure}.
 */
final class MemberTelling {
    Member member;
    List<Accusation> accused = List.of();
    Standing standing = Standing.UNKNOWN;

    private @Nullable HeldPartitions holding;
    /** Of the first of its holdings since which all that came had nothing. */
    private long emptySince;

    private Moment settled = Moment.NEVER;
    /** The version of its holding that it told with that. */
    private long settledHolding;

    private Moment owing = Moment.NEVER;

    /** When {@link MembershipView}'s count of what it has learned stood at this, its heartbeat was heard of. */
    long learnedAt;
    /** The same for its generation or its accusations. */
    long newsAtNanos;

    boolean isNews = true;

    /** The start that was known before this one; 0: none. */
    long formerStart;

    int accusers;
    boolean isAccusedHere;
    boolean isDown;

    MemberTelling(Member member, long nowNanos) {
        this.member = member;
        this.newsAtNanos = nowNanos;
    }

    Beat beat() {
        return new Beat(member.id(), member.generation(), member.heartbeat(), accused, standing);
    }

    // --- what it holds and owes ---

    @Nullable
    HeldPartitions holding() {
        return holding;
    }

    /** True if it is newer than what was known. */
    boolean hold(HeldPartitions told) {
        HeldPartitions before = holding;
        if (before != null && before.version() >= told.version()) {
            return false;
        }
        boolean wasEmpty = before != null && !before.holdsAny();
        if (!told.holdsAny() && !wasEmpty) {
            emptySince = told.version();
        }
        holding = told;
        return true;
    }

    /** Whether it has told of a newer holding than has come. */
    boolean lacksHolding() {
        long announced = standing.equals(Standing.UNKNOWN) ? settledHolding : standing.holdingVersion();
        return announced > (holding == null ? HeldPartitions.NONE : holding.version());
    }

    /** Takes in what a beat says of what is owed, also one that is older than others. */
    void note(Beat beat) {
        Moment moment = Moment.of(beat);
        long debt = beat.standing().oldestDebtStamp();
        if (debt == Long.MAX_VALUE) {
            if (moment.equals(settled)) {
                settledHolding = Math.max(settledHolding, beat.standing().holdingVersion());
            } else if (settled.isBefore(moment)) {
                settled = moment;
                settledHolding = beat.standing().holdingVersion();
            }
        } else if (debt != Standing.DEBT_UNKNOWN && owing.isBefore(moment)) {
            owing = moment;
        }
    }

    Departure departure() {
        boolean holdsNothing = !lacksHolding() && !lacksSettledHolding() && (holding == null || !holding.holdsAny());
        boolean isSince = holdsNothing && (holding == null || settledHolding >= emptySince);
        long version = holding == null || !holdsNothing ? HeldPartitions.NONE : holding.version();
        return new Departure(member.id(), isSince ? settled : Moment.NEVER, version, owing);
    }

    /** Whether it has told of a newer holding than has come, when it owed nothing. */
    boolean lacksSettledHolding() {
        return settledHolding > (holding == null ? HeldPartitions.NONE : holding.version());
    }

    /** The newest beat by which it owed nothing, as far as that is its last word; else null. */
    @Nullable
    Beat settledBeat() {
        boolean isLast = Moment.NEVER.isBefore(settled) && !settled.isBefore(owing);
        Standing nothing = new Standing(0, settledHolding, Long.MAX_VALUE, 0);
        return isLast ? new Beat(member.id(), settled.generation(), settled.heartbeat(), List.of(), nothing) : null;
    }

    /** What was known of it in an earlier life of this node. */
    void restore(Departure known) {
        settled = known.settled();
        owing = known.owing();
        if (known.holdingVersion() != HeldPartitions.NONE) {
            hold(new HeldPartitions(known.id(), known.holdingVersion(), true, new long[0]));
            settledHolding = known.holdingVersion();
        }
        if (settled.isBefore(owing)) {
            // To be told to those who know only of what was before.
            standing = new Standing(0, 0, Standing.DEBT_OF_ANY_AGE, 0);
        }
    }
}
