package io.kindred.cluster.handoff;

import io.kindred.cluster.version.HybridClock;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How many things there are of which age, in bounded memory, so that the oldest of those that are left can be told.
 *
 * <p>Stamps are counted by intervals whose length is a power of two and whose begin is a multiple of it: two such intervals
 * are apart, or one has the other whole. So a stamp is always taken out of the interval that it was put into, even where
 * that one has been merged with its neighbour since. Intervals begin about a second long; when there would be more than
 * {@value #INTERVALS_MAX}, the two closest are merged. An interval that is empty is gone, so exactness comes back.
 *
 * <p>Requires: nothing is taken out that has not been put in before. An interval that counts nothing has nothing in it.
 */
final class StampCounts {
    static final int INTERVALS_MAX = 256;
    /** Of the shortest interval, in stamps. */
    private static final int BITS_MIN = Long.numberOfTrailingZeros(HybridClock.ofMillis(1024));

    private final TreeMap<Long, Interval> intervals = new TreeMap<>();

    private static final class Interval {
        final int bits;
        long count;

        Interval(int bits) {
            this.bits = bits;
        }
    }

    /** @param stamp not negative */
    void put(long stamp) {
        Interval its = intervalOf(stamp);
        if (its != null) {
            its.count++;
            return;
        }
        put(stamp >>> BITS_MIN << BITS_MIN, BITS_MIN, 1);
        if (intervals.size() > INTERVALS_MAX) {
            mergeClosest();
        }
    }

    void take(long stamp) {
        Interval its = intervalOf(stamp);
        if (its == null) {
            throw new IllegalStateException("nothing is counted of " + stamp);
        }
        if (--its.count == 0) {
            intervals.remove(stamp >>> its.bits << its.bits);
        }
    }

    StampCounts copy() {
        StampCounts copy = new StampCounts();
        intervals.forEach((begin, interval) -> copy.put(begin, interval.bits, interval.count));
        return copy;
    }

    /** Nothing that is counted is older; at least 1; {@link Long#MAX_VALUE} where there is nothing. */
    long oldest() {
        return intervals.isEmpty() ? Long.MAX_VALUE : Math.max(1, intervals.firstKey());
    }

    int size() {
        return intervals.size();
    }

    private @Nullable Interval intervalOf(long stamp) {
        Map.Entry<Long, Interval> before = intervals.floorEntry(stamp);
        if (before == null) {
            return null;
        }
        int bits = before.getValue().bits;
        return stamp >>> bits == before.getKey() >>> bits ? before.getValue() : null;
    }

    private void put(long begin, int bits, long count) {
        Interval interval = new Interval(bits);
        interval.count = count;
        intervals.put(begin, interval);
    }

    /** Of all neighbours those with the shortest interval that has both; no third one is in that. */
    private void mergeClosest() {
        long left = 0;
        long right = 0;
        int bits = Long.SIZE;
        Long last = null;
        for (long begin : intervals.keySet()) {
            int both = last == null ? Long.SIZE : Long.SIZE - Long.numberOfLeadingZeros(last ^ begin);
            if (last != null && both < bits) {
                bits = both;
                left = last;
                right = begin;
            }
            last = begin;
        }
        Interval first = intervals.remove(left);
        Interval second = intervals.remove(right);
        if (first == null || second == null) {
            throw new IllegalStateException("no two intervals to merge");
        }
        put(left >>> bits << bits, bits, first.count + second.count);
    }
}
