package io.kindred.cluster.keyspace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.keyspace.Deadlines.Bucket;
import io.kindred.cluster.keyspace.Deadlines.Change;
import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.HybridClock;
import io.kindred.cluster.version.Sibling;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeadlinesTest {
    private static final int GROUP = 2 << 24;
    private static final long START_MILLIS = 1_700_000_000_000L;
    private static final long DAY_MILLIS = 86_400_000;

    /** The bucket's end of a version that was written at some time, with so much time to live. */
    private static long end(long writtenMillis, long ttlMillis) {
        Dot dot = new Dot(new Actor(1, 1), 1);
        return Deadlines.endOf(
                new Sibling(dot, HybridClock.ofMillis(writtenMillis), writtenMillis + ttlMillis, new byte[0]));
    }

    @Test
    void aKeyIsCountedOutAtItsDeadlineOrWithinA64thOfItsTimeToLive() {
        Random random = new Random(1);
        for (int i = 0; i < 100_000; i++) {
            long ttl = 1L + (long) Math.pow(2, random.nextDouble() * 41);
            long written = START_MILLIS + random.nextInt();
            long late = end(written, ttl) - (written + ttl);
            assertTrue(late == 0 || (late > 0 && late < ttl / 64), () -> "TTL " + ttl + " is " + late + " late");
        }
        assertEquals(START_MILLIS + 100, end(START_MILLIS, 100), "a tenth of a second is exact");
        assertEquals(START_MILLIS - 5, end(START_MILLIS, -5), "a deadline before the write");
        Sibling last = new Sibling(new Dot(new Actor(1, 1), 1), 5, Long.MAX_VALUE - 1, new byte[0]);
        assertEquals(Long.MAX_VALUE, Deadlines.endOf(last));
        assertEquals(Deadlines.NEVER, Deadlines.endOf(null));
    }

    @Test
    void aKeyLeavesTheCountWhenItsDeadlineHasPassed() {
        Deadlines deadlines = new Deadlines();
        long end = end(START_MILLIS, 100);
        deadlines.moved(GROUP, Deadlines.NEVER, false, end, START_MILLIS, change -> {});
        assertEquals(new Expiring(0, 1, 100), deadlines.at(GROUP, START_MILLIS));
        assertEquals(new Expiring(0, 1, 0), deadlines.at(GROUP, START_MILLIS + 100), "as GET, which finds it still");
        assertEquals(new Expiring(1, 0, 0), deadlines.at(GROUP, START_MILLIS + 101));
    }

    private static long buckets(Map<Bucket, Integer> stored) {
        return stored.values().stream().filter(count -> count != 0).count();
    }

    @Test
    void oneTtlMakesFewBucketsHoweverManyKeysAndHoweverLong() {
        Deadlines deadlines = new Deadlines();
        Map<Bucket, Integer> stored = new HashMap<>();
        Deadlines.Disk disk = change -> stored.put(change.bucket(), deadlines.count(change.bucket()));
        long ttl = 3_600_000;
        for (long now = START_MILLIS; now < START_MILLIS + 20 * ttl; now += 250) {
            deadlines.moved(GROUP, Deadlines.NEVER, false, end(now, ttl), now, disk);
        }
        assertTrue(buckets(stored) <= 130, () -> "there are " + buckets(stored));
        assertEquals(20 * ttl / 250, deadlines.total(GROUP));
    }

    @Test
    void allTtlsFromASecondToAMonthMakeSomeThousandBuckets() {
        Deadlines deadlines = new Deadlines();
        Map<Bucket, Integer> stored = new HashMap<>();
        Deadlines.Disk disk = change -> stored.put(change.bucket(), deadlines.count(change.bucket()));
        Random random = new Random(1);
        for (int i = 0; i < 500_000; i++) {
            long now = START_MILLIS + i * 10;
            long ttl = (long) (1_000 * Math.pow(30 * 86_400, random.nextDouble()));
            deadlines.moved(GROUP, Deadlines.NEVER, false, end(now, ttl), now, disk);
        }
        assertTrue(buckets(stored) < 2_500, () -> "there are " + buckets(stored));
    }

    @Test
    void thereIsAMostOfBuckets() {
        Deadlines deadlines = new Deadlines();
        Map<Bucket, Integer> stored = new HashMap<>();
        Deadlines.Disk disk = change -> stored.put(change.bucket(), deadlines.count(change.bucket()));
        int keys = 3 * DeadlineTable.BUCKETS_MAX;
        List<Long> ends = new ArrayList<>();
        for (int i = 0; i < keys; i++) {
            // Written by a clock that is ahead of all deadlines: each has a millisecond of its own.
            ends.add(end(START_MILLIS + DAY_MILLIS, -i - 1));
            deadlines.moved(GROUP, Deadlines.NEVER, false, ends.get(i), START_MILLIS, disk);
        }
        assertEquals(DeadlineTable.BUCKETS_MAX, buckets(stored));
        assertEquals(keys, deadlines.at(GROUP, START_MILLIS).left());
        ends.forEach(end -> deadlines.moved(GROUP, end, false, Deadlines.NEVER, START_MILLIS, disk));
        assertEquals(0, deadlines.total(GROUP));
        assertEquals(0, deadlines.at(GROUP, START_MILLIS).left());
    }

    /** Keys that come, go, move and pass, with persists that fail and starts in between, beside a model that scans. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void theCountsAreThoseOfAScan(long seed) {
        new Model(seed).run();
    }

    /** What a node does with its keys, over again. */
    private static final class Model {
        private final Random random;
        private Deadlines deadlines = new Deadlines();
        private final Map<Bucket, Integer> memory = new HashMap<>();
        private Map<Bucket, Integer> durable = new HashMap<>();
        private TreeMap<Integer, Long> keys = new TreeMap<>();
        private TreeMap<Integer, Long> durableKeys = new TreeMap<>();
        private final ArrayDeque<Change> open = new ArrayDeque<>();
        private long now = START_MILLIS;

        Model(long seed) {
            this.random = new Random(seed);
        }

        void run() {
            for (int turn = 0; turn < 5_000; turn++) {
                for (int writes = random.nextInt(4); writes >= 0; writes--) {
                    write();
                }
                now += random.nextInt(10) == 0 ? random.nextInt(20_000) : random.nextInt(50);
                check();
                if (random.nextInt(5) == 0) {
                    fail();
                } else if (random.nextInt(3) > 0) {
                    commit();
                }
                check();
                if (random.nextInt(50) == 0) {
                    restart();
                    check();
                }
            }
        }

        private void write() {
            int key = random.nextInt(200);
            long before = keys.getOrDefault(key, Deadlines.NEVER);
            boolean isPast = random.nextInt(20) == 0;
            long ttl = isPast ? -random.nextInt(1_000) : 1 + random.nextInt(1 << 1 + random.nextInt(19));
            long after = random.nextInt(3) == 0 ? Deadlines.NEVER : end(now, ttl);
            if (after == Deadlines.NEVER) {
                keys.remove(key);
            } else {
                keys.put(key, after);
            }
            deadlines.moved(GROUP, before, false, after, now, this::put);
        }

        private void put(Change change) {
            memory.put(change.bucket(), deadlines.count(change.bucket()));
            open.add(change);
        }

        private void commit() {
            durable = new HashMap<>(memory);
            durableKeys = new TreeMap<>(keys);
            open.clear();
            if (deadlines.isDoubtful()) {
                deadlines.restate(this::put);
                commit();
            }
        }

        /** The engine has taken everything back, and then tells of one after the other; in between somebody may write. */
        private void fail() {
            keys = new TreeMap<>(durableKeys);
            memory.clear();
            memory.putAll(durable);
            int undone = open.size();
            if (random.nextBoolean()) {
                write();
            }
            for (; undone > 0; undone--) {
                deadlines.undone(open.remove());
            }
        }

        private void restart() {
            keys = new TreeMap<>(durableKeys);
            memory.clear();
            memory.putAll(durable);
            open.clear();
            deadlines = new Deadlines();
            durable.forEach((bucket, count) -> deadlines.recover(bucket, count, 0));
        }

        private void check() {
            long expired = keys.values().stream().filter(end -> end < now).count();
            Expiring at = deadlines.at(GROUP, now);
            assertEquals(expired, at.expired());
            assertEquals(keys.size() - expired, at.left());
            long left = keys.values().stream()
                    .filter(end -> end >= now)
                    .mapToLong(end -> end - now)
                    .sum();
            assertEquals(left, at.leftMillis());
        }
    }

    @Test
    void whatAFlushHasHiddenIsNotCountedAndGoesOneByOne() {
        Deadlines deadlines = new Deadlines();
        long soon = end(START_MILLIS, 100);
        long later = end(START_MILLIS, 1_000);
        for (long end : new long[] {soon, later, later}) {
            deadlines.moved(GROUP, Deadlines.NEVER, false, end, START_MILLIS, change -> {});
        }
        deadlines.hideAll(GROUP);
        long now = START_MILLIS + 500;
        assertEquals(new Expiring(0, 0, 0), deadlines.at(GROUP, now));
        deadlines.moved(GROUP, Deadlines.NEVER, false, later, now, change -> {});
        deadlines.moved(GROUP, later, true, Deadlines.NEVER, now, change -> {});
        deadlines.moved(GROUP, soon, true, later, now, change -> {});
        assertEquals(new Expiring(0, 2, 2 * (later - now)), deadlines.at(GROUP, now));
        assertEquals(new Expiring(2, 0, 0), deadlines.at(GROUP, START_MILLIS + 2_000));
        assertEquals(3, deadlines.total(GROUP));
        deadlines.moved(GROUP, later, true, Deadlines.NEVER, now, change -> {});
        deadlines.showAll(GROUP);
        assertEquals(new Expiring(0, 2, 2 * (later - now)), deadlines.at(GROUP, now));
    }

    /** A write that was stamped above the flush, and had come before it, stays and is hidden until the sweep has been through. */
    @Test
    void whatAFlushHasNotMeantIsCountedOnceItIsSwept() {
        Deadlines deadlines = new Deadlines();
        long end = end(START_MILLIS, 1_000);
        long past = end(START_MILLIS, -1_000);
        for (long each : new long[] {end, end, past, past}) {
            deadlines.moved(GROUP, Deadlines.NEVER, false, each, START_MILLIS, change -> {});
        }
        deadlines.hideAll(GROUP);
        for (long each : new long[] {end, past}) {
            deadlines.moved(GROUP, each, true, Deadlines.NEVER, START_MILLIS, change -> {});
        }
        assertEquals(new Expiring(0, 0, 0), deadlines.at(GROUP, START_MILLIS));
        deadlines.showAll(GROUP);
        assertEquals(new Expiring(1, 1, end - START_MILLIS), deadlines.at(GROUP, START_MILLIS));
    }
}
