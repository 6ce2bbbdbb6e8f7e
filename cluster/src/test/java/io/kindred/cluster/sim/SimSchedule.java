package io.kindred.cluster.sim;

import java.util.PriorityQueue;

/** Simulated time: what is to happen, earliest first, and in the order asked for where times are equal. */
public final class SimSchedule {
    private static final long FNV_PRIME = 0x100000001b3L;

    private final PriorityQueue<Entry> queue = new PriorityQueue<>();
    private long nowNanos;
    private long sequence;
    private long events;
    private long trace = 0xcbf29ce484222325L;

    private record Entry(long atNanos, long sequence, String what, Runnable action) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry that) {
            int byTime = Long.compare(atNanos, that.atNanos);
            return byTime != 0 ? byTime : Long.compare(sequence, that.sequence);
        }
    }

    public long nowNanos() {
        return nowNanos;
    }

    public void after(long delayNanos, String what, Runnable action) {
        queue.add(new Entry(nowNanos + Math.max(0, delayNanos), sequence++, what, action));
    }

    /** Runs the next entry; false where there is none. */
    public boolean step() {
        Entry next = queue.poll();
        if (next == null) {
            return false;
        }
        nowNanos = next.atNanos;
        events++;
        note(next.what);
        next.action.run();
        return true;
    }

    /** Adds to the fingerprint of the run. */
    public void note(String what) {
        mix(nowNanos);
        for (int i = 0; i < what.length(); i++) {
            mix(what.charAt(i));
        }
    }

    private void mix(long value) {
        trace = (trace ^ value) * FNV_PRIME;
    }

    public long events() {
        return events;
    }

    /** Equal for two runs in which the same happened at the same times. */
    public long trace() {
        return trace;
    }
}
