package io.kindred.cluster.membership;

import java.util.List;

/**
 * What a member has told of what it holds and owes while it leaves, as nodes keep it on their disks: where {@link #isOver}, it
 * is through with leaving, and whatever is told of it that is not newer changes nothing of that.
 *
 * <p>A member is through when it has told that it holds nothing, and that it owed nothing then or later. Only what itself
 * has told since makes it one that leaves again: that it owes something, or holds something. What is told of it by others
 * who have missed its end is no such thing, however new the start or the beat that they have heard of is; nor is
 * a start of it that has not told yet what it owes. So nodes that have heard different parts of it agree as soon as
 * each has the newest of each part, in whatever order these come.
 *
 * @param settled the newest moment at which it owed nothing; {@link Moment#NEVER} where it has told of none since it holds
 *     nothing, or holds something
 * @param holdingVersion of what it holds, which is nothing; {@link HeldPartitions#NONE} where it has never told of any, or holds
 *     something
 * @param owing the newest moment at which it owed something
 */
public record Departure(long id, Moment settled, long holdingVersion, Moment owing) {

    /** A beat's place among all of its member's. */
    public record Moment(long generation, long heartbeat) implements Comparable<Moment> {
        public static final Moment NEVER = new Moment(0, 0);

        static Moment of(Beat beat) {
            return new Moment(beat.generation(), beat.heartbeat());
        }

        public boolean isBefore(Moment other) {
            return compareTo(other) < 0;
        }

        @Override
        public int compareTo(Moment other) {
            int order = Long.compare(generation, other.generation);
            return order != 0 ? order : Long.compare(heartbeat, other.heartbeat);
        }
    }

    /** Whether, by this, it is through with leaving. */
    public boolean isOver() {
        return Moment.NEVER.isBefore(settled) && !settled.isBefore(owing);
    }

    /** Of the latest beat by which it owed nothing, for others. Requires: {@link #isOver}. */
    Beat beat() {
        Standing nothing = new Standing(0, holdingVersion, Long.MAX_VALUE, 0);
        return new Beat(id, settled.generation(), settled.heartbeat(), List.of(), nothing);
    }
}
