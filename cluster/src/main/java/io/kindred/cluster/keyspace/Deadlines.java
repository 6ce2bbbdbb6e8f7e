package io.kindred.cluster.keyspace;

import io.kindred.cluster.quorum.LongMap;
import io.kindred.cluster.version.HybridClock;
import io.kindred.cluster.version.Sibling;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which of the keys that the engine counts have a deadline, and how many of these have passed it: for each group (a partition's
 * database), the number of keys in each of its <i>buckets</i> of deadlines. So a key leaves the count with its bucket, although
 * nobody looks at it, and its record stays.
 *
 * <p>A bucket is at most a 64th as wide as the time that a key in it had from its write to its deadline, and ends at a multiple
 * of its width ({@link #endOf}): a key is counted out at its deadline or less than a 64th of that time later, and never
 * before. Which bucket is its key's follows from the version that counts in its container ({@code Versions.winner}), so that
 * whatever takes the place of a container, or drops it, takes it out of the same one. One TTL that all keys have makes 64 to
 * 128 buckets a group, all TTLs from a second to a month some 2,000.
 *
 * <p>A bucket is a node-local record, written in the commit of what changed it: a start reads as many as there are buckets. What
 * has ended goes into one bucket, {@link DeadlineTable#PAST}, two buckets at each key that comes with a deadline: so there are
 * never many more than those that are still to end, and nothing runs on a timer.
 *
 * <p>Invariant: all buckets of a group together have as many keys as the group has containers whose counting version has a
 * deadline, flushed or not. What was counted out stays so when the wall clock is set back; the total stays right.
 *
 * <p>Owned by: the core's thread.
 */
public final class Deadlines {
    /** No deadline. */
    public static final long NEVER = Sibling.NEVER;

    public static final long PAST = DeadlineTable.PAST;
    private static final int BUCKETS_A_TTL = 64;
    private static final int FOLDED_AT_ONCE = 2;

    /** Where {@link #since} is stored: no group has this number. */
    public static final Bucket SINCE = new Bucket(0, PAST);

    private final LongMap<DeadlineTable> tables = new LongMap<>();
    /** Buckets whose record may not say what they have. */
    private final Set<Bucket> doubtful = new LinkedHashSet<>();

    private long since;

    /** One of a group, by its end. */
    public record Bucket(int group, long end) {}

    /** What was added to one. */
    public record Change(Bucket bucket, int count, int hidden) {}

    /** Where buckets are stored. */
    public interface Disk {
        /** Stores how many a bucket has now, none: forgets it. Should the engine undo that, {@link #undone} is to be told. */
        void put(Change change);
    }

    /** The end of the bucket of a version that counts, in milliseconds since 1970; {@link #NEVER}: it has no deadline. */
    public static long endOf(@Nullable Sibling counting) {
        if (counting == null || counting.expireAtMillis() == Sibling.NEVER) {
            return NEVER;
        }
        long deadline = counting.expireAtMillis();
        long ttl = deadline - HybridClock.millis(counting.stamp());
        if (ttl < 2 * BUCKETS_A_TTL) {
            return deadline;
        }
        long width = Long.highestOneBit(ttl / BUCKETS_A_TTL);
        long end = (deadline + width - 1) & -width;
        return end < deadline ? Long.MAX_VALUE : end;
    }

    /** As {@link #endOf}, where this node counts the deadlines of versions so old. */
    public long counted(@Nullable Sibling counting) {
        return counting == null || counting.stamp() <= since ? NEVER : endOf(counting);
    }

    /**
     * What is stamped at or below this counts as without a deadline: a build that did not count them may have stored it. Such
     * a key is in DBSIZE until its record goes, or it is written anew.
     */
    public long since() {
        return since;
    }

    public void since(long stamp) {
        since = stamp;
    }

    /** Nothing was counted before: that, and these buckets' being empty, is stored with what is stored first. */
    public void beginAfter(long stamp, List<Bucket> stale) {
        since = stamp;
        doubtful.add(SINCE);
        doubtful.addAll(stale);
    }

    /**
     * A counted key had a deadline that fell into the bucket {@code before}, and has one in {@code after} now; {@link #NEVER}:
     * none, or no such key.
     *
     * @param wasHidden whether a flush had hidden what it was before
     */
    public void moved(int group, long before, boolean wasHidden, long after, long nowMillis, Disk disk) {
        if (before == after && !wasHidden) {
            return;
        }
        DeadlineTable table = table(group);
        if (before != NEVER) {
            change(group, table.bucketOf(before, nowMillis), -1, wasHidden ? -1 : 0, disk);
        }
        if (after != NEVER) {
            fold(group, table, nowMillis, disk);
            change(group, table.bucketOf(after, nowMillis), 1, 0, disk);
        }
    }

    private void fold(int group, DeadlineTable table, long nowMillis, Disk disk) {
        for (int i = 0; i < FOLDED_AT_ONCE && table.first() < nowMillis; i++) {
            long end = table.first();
            int count = table.count(end);
            int hidden = table.hidden(end);
            change(group, end, -count, -hidden, disk);
            change(group, PAST, count, hidden, disk);
        }
    }

    private void change(int group, long end, int count, int hidden, Disk disk) {
        table(group).add(end, count, hidden);
        disk.put(new Change(new Bucket(group, end), count, hidden));
    }

    /** The engine has undone what {@link Disk#put} was given. */
    public void undone(Change change) {
        Bucket bucket = change.bucket();
        if (change.count() != 0 || change.hidden() != 0) {
            table(bucket.group()).add(bucket.end(), -change.count(), -change.hidden());
        }
        // What was stored since was counted with it.
        doubtful.add(bucket);
    }

    public boolean isDoubtful() {
        return !doubtful.isEmpty();
    }

    /** Stores anew what may have been stored wrong. */
    public void restate(Disk disk) {
        List<Bucket> stale = new ArrayList<>(doubtful);
        doubtful.clear();
        stale.forEach(bucket -> disk.put(new Change(bucket, 0, 0)));
    }

    /** How many keys are in a bucket, hidden or not. */
    public int count(Bucket bucket) {
        DeadlineTable table = tables.get(bucket.group());
        return table == null ? 0 : table.count(bucket.end());
    }

    /** How many of them a flush has hidden. */
    public int hidden(Bucket bucket) {
        DeadlineTable table = tables.get(bucket.group());
        return table == null ? 0 : table.hidden(bucket.end());
    }

    /** A bucket as an earlier life has stored it. */
    public void recover(Bucket bucket, int count, int hidden) {
        table(bucket.group()).add(bucket.end(), count, hidden);
    }

    /** A flush has hidden all keys of a group. */
    public void hideAll(int group) {
        DeadlineTable table = tables.get(group);
        if (table != null) {
            table.hideAll();
        }
    }

    /** Nothing that a flush has hidden is left of a group. */
    public void showAll(int group) {
        DeadlineTable table = tables.get(group);
        if (table != null) {
            table.showAll();
        }
    }

    /** A group's keys, without those that a flush has hidden. */
    public Expiring at(int group, long nowMillis) {
        DeadlineTable table = tables.get(group);
        return table == null ? Expiring.NONE : table.at(nowMillis);
    }

    /** All keys of a group that have a deadline, past and hidden ones too. */
    public long total(int group) {
        DeadlineTable table = tables.get(group);
        return table == null ? 0 : table.total();
    }

    private DeadlineTable table(int group) {
        DeadlineTable table = tables.get(group);
        if (table == null) {
            table = new DeadlineTable();
            tables.put(group, table);
        }
        return table;
    }
}
