package io.kindred.cluster.keyspace;

import java.util.Arrays;

/**
 * How many keys of one partition's database have a deadline, in buckets that each end at some millisecond, sorted by it, and
 * one more for what has been counted out ({@link #PAST}). Of each it knows how many a flush has hidden.
 *
 * <p>A bucket takes {@value #BUCKET_BYTES} bytes, and there are {@value #BUCKETS_MAX} at most.
 */
final class DeadlineTable {
    /** The bucket of all that ended so long ago that nobody asks when. */
    static final long PAST = 0;

    static final int BUCKETS_MAX = 4_096;
    static final int BUCKET_BYTES = Long.BYTES + 2 * Integer.BYTES;
    private static final int CAPACITY_MIN = 4;

    private long[] ends = new long[CAPACITY_MIN];
    private int[] counts = new int[CAPACITY_MIN];
    private int[] hiddens = new int[CAPACITY_MIN];
    /** Buckets are at {@code from} to before {@code to}: the first ones go most often. */
    private int from;

    private int to;
    private int past;
    private int pastHidden;
    /** Of all buckets but the past: keys that no flush has hidden, and the sum of their buckets' ends, which may wrap. */
    private long shown;

    private long shownEnds;

    /** Buckets, without the past's. */
    int size() {
        return to - from;
    }

    /** All keys with a deadline, whether past or hidden. */
    long total() {
        long total = past;
        for (int at = from; at < to; at++) {
            total += counts[at];
        }
        return total;
    }

    int count(long end) {
        int at = find(end);
        return end == PAST ? past : at < 0 ? 0 : counts[at];
    }

    int hidden(long end) {
        int at = find(end);
        return end == PAST ? pastHidden : at < 0 ? 0 : hiddens[at];
    }

    /** The end of the first bucket; {@link Long#MAX_VALUE}: there is none. */
    long first() {
        return from == to ? Long.MAX_VALUE : ends[from];
    }

    /**
     * The bucket that a key is added to and taken from: that of its own end while it is there or still to come, then the past's.
     * Where there are too many it is the one that ends next.
     */
    long bucketOf(long end, long nowMillis) {
        int at = find(end);
        if (at >= 0 || end < nowMillis) {
            return at >= 0 ? end : PAST;
        }
        return size() < BUCKETS_MAX ? end : ends[Math.min(-at - 1, to - 1)];
    }

    /**
     * Adds to a bucket. One that comes to have nothing is there no more. One that has less than nothing evens out what another
     * one has too much: of keys that were counted out by a clock that was ahead, or of writes that are about to be undone.
     */
    void add(long end, int count, int hidden) {
        if (end == PAST) {
            past += count;
            pastHidden += hidden;
            return;
        }
        int at = find(end);
        if (at < 0 && count == 0) {
            return;
        }
        at = at < 0 ? insert(-at - 1, end) : at;
        show(at, -1);
        counts[at] += count;
        hiddens[at] += hidden;
        show(at, 1);
        if (counts[at] == 0) {
            show(at, -1);
            remove(at);
        }
    }

    private void show(int at, int sign) {
        long keys = (long) sign * (counts[at] - hiddens[at]);
        shown += keys;
        shownEnds += keys * ends[at];
    }

    /** A flush has hidden all that there is. */
    void hideAll() {
        System.arraycopy(counts, from, hiddens, from, size());
        pastHidden = past;
        shown = 0;
        shownEnds = 0;
    }

    /** Nothing that a flush has hidden is left. */
    void showAll() {
        pastHidden = 0;
        for (int at = from; at < to; at++) {
            show(at, -1);
            hiddens[at] = 0;
            show(at, 1);
        }
    }

    /** As it is now, without what is hidden. */
    Expiring at(long nowMillis) {
        long expired = past - pastHidden;
        long left = shown;
        long leftEnds = shownEnds;
        for (int at = from; at < to && ends[at] < nowMillis; at++) {
            long keys = counts[at] - hiddens[at];
            expired += keys;
            left -= keys;
            leftEnds -= keys * ends[at];
        }
        return new Expiring(Math.max(0, expired), Math.max(0, left), Math.max(0, leftEnds - left * nowMillis));
    }

    private int find(long end) {
        return Arrays.binarySearch(ends, from, to, end);
    }

    /** Gives the place: the buckets may have moved. */
    private int insert(int at, long end) {
        if (to == ends.length) {
            return insert(at - makeRoom(), end);
        }
        int behind = to - at;
        System.arraycopy(ends, at, ends, at + 1, behind);
        System.arraycopy(counts, at, counts, at + 1, behind);
        System.arraycopy(hiddens, at, hiddens, at + 1, behind);
        ends[at] = end;
        counts[at] = 0;
        hiddens[at] = 0;
        to++;
        return at;
    }

    /** Behind the last bucket; gives by how much all have moved to the front. */
    private int makeRoom() {
        int moved = from;
        int capacity = 2 * size() > ends.length ? 2 * ends.length : ends.length;
        ends = Arrays.copyOf(Arrays.copyOfRange(ends, from, to), capacity);
        counts = Arrays.copyOf(Arrays.copyOfRange(counts, from, to), capacity);
        hiddens = Arrays.copyOf(Arrays.copyOfRange(hiddens, from, to), capacity);
        to -= moved;
        from = 0;
        return moved;
    }

    private void remove(int at) {
        if (at == from) {
            from++;
            return;
        }
        int behind = to - at - 1;
        System.arraycopy(ends, at + 1, ends, at, behind);
        System.arraycopy(counts, at + 1, counts, at, behind);
        System.arraycopy(hiddens, at + 1, hiddens, at, behind);
        to--;
    }
}
