package io.kindred.it;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What became of each request of a load. Requests have numbers; a SET's value carries its own. All times are of {@link
 * System#nanoTime}. Written by many threads, each request by one; read when they have ended.
 */
final class LoadTrace {
    private static final String PADDING = "x".repeat(80);

    private final int[] keys;
    private final boolean[] sets;
    private final long[] due;
    private final long[] sent;
    private final long[] done;
    private final Collection<String> failures = new ConcurrentLinkedQueue<>();
    private int size;

    LoadTrace(int capacity) {
        keys = new int[capacity];
        sets = new boolean[capacity];
        due = new long[capacity];
        sent = new long[capacity];
        done = new long[capacity];
    }

    int capacity() {
        return keys.length;
    }

    // --- while it runs ---

    void sent(int request, int key, boolean set, long dueNanos) {
        keys[request] = key;
        sets[request] = set;
        due[request] = dueNanos;
        sent[request] = System.nanoTime();
    }

    void done(int request) {
        done[request] = System.nanoTime();
    }

    /** Zero as its time of completion is what tells a request without an answer. */
    void failed(int request, long beganNanos, String why) {
        failures.add(String.format(
                "%s key%d, due %.1f ms after the load began, after %.1f ms: %s",
                sets[request] ? "SET" : "GET",
                keys[request],
                (due[request] - beganNanos) / 1e6,
                (System.nanoTime() - due[request]) / 1e6,
                why));
    }

    static String value(int request, int key) {
        return request + ":" + key + ":" + PADDING;
    }

    static boolean isOf(int key, String value) {
        return value.split(":", -1)[1].equals(Integer.toString(key));
    }

    // --- when it has ended ---

    /** @param requests how many there were */
    void end(int requests) {
        size = requests;
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    /** A stretch of time in which latencies count, or do not. */
    record Span(long fromNanos, long toNanos) {
        boolean touches(long beginNanos, long endNanos) {
            return endNanos >= fromNanos && beginNanos < toNanos;
        }
    }

    /** Of the answered requests that fell due in the span and were under way in none of the others. */
    Latencies latencies(Span span, List<Span> except) {
        long[] nanos = new long[size];
        int count = 0;
        for (int i = 0; i < size; i++) {
            int request = i;
            boolean counts = done[i] != 0
                    && span.touches(due[i], due[i])
                    && except.stream().noneMatch(one -> one.touches(due[request], done[request]));
            if (counts) {
                nanos[count++] = done[i] - due[i];
            }
        }
        return Latencies.of(Arrays.copyOf(nanos, count));
    }

    /**
     * What is wrong with the values that the keys have at the end: one whose SET was answered before another SET of the
     * key was sent must have made room for that.
     *
     * @param slackNanos how far the clocks that stamp writes may be apart
     */
    List<String> lostUpdates(List<String> values, long slackNanos) {
        long[] newestSent = new long[values.size()];
        Arrays.fill(newestSent, Long.MIN_VALUE);
        for (int i = 0; i < size; i++) {
            if (sets[i] && done[i] != 0) {
                newestSent[keys[i]] = Math.max(newestSent[keys[i]], sent[i]);
            }
        }
        List<String> lost = new ArrayList<>();
        for (int key = 0; key < values.size(); key++) {
            String value = values.get(key);
            int request = Integer.parseInt(value.substring(0, value.indexOf(':')));
            boolean preloaded = request < 0;
            if (!isOf(key, value)) {
                lost.add("key" + key + " has the value of another key: " + value);
            } else if (newestSent[key] != Long.MIN_VALUE
                    && (preloaded || (done[request] != 0 && done[request] + slackNanos < newestSent[key]))) {
                lost.add("key" + key + " has the value of request " + request + ", older than acknowledged ones");
            }
        }
        return lost;
    }
}
