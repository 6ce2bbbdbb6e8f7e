package io.kindred.cluster.version;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * An immutable set of dots: what has been seen of one key.
 *
 * <p>The dots of an actor are kept as maximal <em>runs</em> of consecutive counters, sorted by actor and counter. The
 * run that begins at 1 is the actor's entry in the textbook's version vector (its contiguous counter). Every other run
 * holds loose dots, seen before what precedes them; most are of length 1, and one that becomes contiguous folds in.
 * Runs rather than single dots, because an actor that starts above a floor would else add a loose dot for each write.
 *
 * <p>Each run carries the greatest stamp of its dots, so that the oldest can be forgotten first. The greatest, not the
 * last: a union of runs then has one stamp, whichever way it came about. Stamps are metadata: they take no part in
 * {@link #equals}, {@link #covers} or {@link #descends}.
 *
 * <p>Sources: "Version vectors with exceptions" (Malkhi and Terry, 2005) for the set, "Scalable and Accurate Causality
 * Tracking for Eventually Consistent Stores" (2014) for its use.
 */
// Identity is asked only to skip work; what counts is equals.
@SuppressWarnings("ReferenceEquality")
public final class VersionVector implements Iterable<VersionVector.Run> {

    /** Nothing seen. */
    public static final VersionVector EMPTY = new VersionVector(new Actor[0], new long[0]);

    private static final int WIDTH = 3;

    private final Actor[] actors;
    /** From, to, stamp of each run; {@code actors} has its actor at the same index. */
    private final long[] spans;

    /** The dots {@code from} to {@code to} (both seen) of one actor, and the greatest stamp among them. */
    public record Run(Actor actor, long from, long to, long stamp) {

        /** Whether this is the actor's contiguous counter rather than loose dots. */
        public boolean isContiguous() {
            return from == 1;
        }
    }

    private VersionVector(Actor[] actors, long[] spans) {
        this.actors = actors;
        this.spans = spans;
    }

    /** Takes both arrays over. Requires: sorted, normalised runs. */
    static VersionVector ofRuns(Actor[] actors, long[] spans) {
        return actors.length == 0 ? EMPTY : new VersionVector(actors, spans);
    }

    /**
     * The counter of the next dot of {@code actor}: above all that its own container, the client's context and the
     * partition's floor know of, so that no counter is issued twice.
     */
    public static long nextCounter(VersionVector clock, VersionVector context, long floor, Actor actor) {
        long highest = Math.max(Math.max(clock.highest(actor), context.highest(actor)), floor);
        return Math.addExact(highest, 1);
    }

    public boolean isEmpty() {
        return actors.length == 0;
    }

    /** What the clock's size limit counts: contiguous counters and runs of loose dots. */
    public int entries() {
        return actors.length;
    }

    /** All dots of the actor up to this one have been seen; 0 for none. */
    public long counter(Actor actor) {
        int at = floorIndex(actor, 1);
        return at >= 0 && actors[at].equals(actor) ? to(at) : 0;
    }

    /** The highest counter of the actor that has been seen, loose dots included; 0 for none. */
    public long highest(Actor actor) {
        int at = floorIndex(actor, Long.MAX_VALUE);
        return at >= 0 && actors[at].equals(actor) ? to(at) : 0;
    }

    public boolean covers(Dot dot) {
        return runOf(dot) >= 0;
    }

    /** Whether all that {@code other} has seen has been seen here. */
    public boolean descends(VersionVector other) {
        return includes(other, false);
    }

    /** The union of both. Returns {@code this} itself where the other adds nothing. */
    public VersionVector join(VersionVector other) {
        if (this == other || includes(other, true)) {
            return this;
        }
        if (other.includes(this, true)) {
            return other;
        }
        return merge(other);
    }

    /** This and one dot more, written at {@code stamp}. Returns {@code this} where the dot has been seen. */
    public VersionVector with(Dot dot, long stamp) {
        int at = floorIndex(dot.actor(), dot.counter());
        boolean known = at >= 0 && actors[at].equals(dot.actor());
        if (known && to(at) >= dot.counter()) {
            return this;
        }
        if (known && to(at) + 1 == dot.counter() && !continuesAfter(at, dot.counter())) {
            long[] longer = spans.clone();
            longer[at * WIDTH + 1] = dot.counter();
            longer[at * WIDTH + 2] = Math.max(stamp, stamp(at));
            return new VersionVector(actors, longer);
        }
        VersionVector single =
                new VersionVector(new Actor[] {dot.actor()}, new long[] {dot.counter(), dot.counter(), stamp});
        return isEmpty() ? single : merge(single);
    }

    /** All but this dot. Returns {@code this} where it has not been seen. */
    VersionVector without(Dot dot) {
        int at = runOf(dot);
        if (at < 0) {
            return this;
        }
        boolean isBefore = from(at) < dot.counter();
        boolean isAfter = dot.counter() < to(at);
        int length = actors.length - 1 + (isBefore ? 1 : 0) + (isAfter ? 1 : 0);
        Actor[] left = new Actor[length];
        long[] leftSpans = new long[length * WIDTH];
        int behind = actors.length - at - 1;
        System.arraycopy(actors, 0, left, 0, at);
        System.arraycopy(spans, 0, leftSpans, 0, at * WIDTH);
        System.arraycopy(actors, at + 1, left, length - behind, behind);
        System.arraycopy(spans, (at + 1) * WIDTH, leftSpans, (length - behind) * WIDTH, behind * WIDTH);
        for (int run = at; run < length - behind; run++) {
            left[run] = actors[at];
            System.arraycopy(spans, at * WIDTH, leftSpans, run * WIDTH, WIDTH);
        }
        if (isBefore) {
            leftSpans[at * WIDTH + 1] = dot.counter() - 1;
        }
        if (isAfter) {
            leftSpans[(length - behind - 1) * WIDTH] = dot.counter() + 1;
        }
        return ofRuns(left, leftSpans);
    }

    /** The actors of which anything has been seen, in their order, each once. */
    public List<Actor> actors() {
        List<Actor> distinct = new ArrayList<>(actors.length);
        for (int i = 0; i < actors.length; i++) {
            if (i == 0 || !actors[i].equals(actors[i - 1])) {
                distinct.add(actors[i]);
            }
        }
        return distinct;
    }

    /** The runs in the order of actors and counters. */
    @Override
    public Iterator<Run> iterator() {
        return runs().iterator();
    }

    public List<Run> runs() {
        List<Run> runs = new ArrayList<>(actors.length);
        for (int i = 0; i < actors.length; i++) {
            runs.add(new Run(actors[i], from(i), to(i), stamp(i)));
        }
        return runs;
    }

    /**
     * Forgets runs until {@code entriesMax} are left: the oldest stamp first, ties by actor and counter, never one that
     * holds a dot of {@code needed}. So more may be left. What is forgotten is no longer covered: a stale version may
     * come back as a sibling, but none is lost. The difference of {@link #entries} says how many went.
     */
    public VersionVector truncate(int entriesMax, List<Dot> needed) {
        return truncate(entriesMax, needed, Long.MAX_VALUE);
    }

    /** As above, but forgets nothing that is stamped above {@code stampMax}. */
    VersionVector truncate(int entriesMax, List<Dot> needed, long stampMax) {
        int surplus = actors.length - entriesMax;
        if (surplus <= 0) {
            return this;
        }
        boolean[] keep = new boolean[actors.length];
        for (Dot dot : needed) {
            int at = runOf(dot);
            if (at >= 0) {
                keep[at] = true;
            }
        }
        List<Integer> oldestFirst = new ArrayList<>(actors.length);
        for (int i = 0; i < actors.length; i++) {
            if (!keep[i] && stamp(i) <= stampMax) {
                oldestFirst.add(i);
            }
        }
        // The sort is stable, so that ties stay in the order of actors and counters.
        oldestFirst.sort((a, b) -> Long.compare(stamp(a), stamp(b)));
        Arrays.fill(keep, true);
        int pruned = Math.min(surplus, oldestFirst.size());
        for (int i = 0; i < pruned; i++) {
            keep[oldestFirst.get(i)] = false;
        }
        return pruned == 0 ? this : select(keep, actors.length - pruned);
    }

    /** Causal content only: two vectors are equal when they cover the same dots, whatever their stamps. */
    @Override
    public boolean equals(Object other) {
        if (!(other instanceof VersionVector that) || actors.length != that.actors.length) {
            return false;
        }
        for (int i = 0; i < actors.length; i++) {
            if (from(i) != that.from(i) || to(i) != that.to(i) || !actors[i].equals(that.actors[i])) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = 0; i < actors.length; i++) {
            hash = 31 * (31 * (31 * hash + actors[i].hashCode()) + Long.hashCode(from(i))) + Long.hashCode(to(i));
        }
        return hash;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < actors.length; i++) {
            text.append(i == 0 ? "" : " ").append(actors[i]).append(':');
            if (from(i) != 1) {
                text.append(from(i)).append("..");
            }
            text.append(to(i));
        }
        return text.append('}').toString();
    }

    Actor actor(int run) {
        return actors[run];
    }

    long from(int run) {
        return spans[run * WIDTH];
    }

    long to(int run) {
        return spans[run * WIDTH + 1];
    }

    long stamp(int run) {
        return spans[run * WIDTH + 2];
    }

    /** The greatest stamp of all its dots; 0: it has none. */
    public long newestStamp() {
        long newest = 0;
        for (int run = 0; run < actors.length; run++) {
            newest = Math.max(newest, stamp(run));
        }
        return newest;
    }

    /** The index of the run that holds the dot, or -1. */
    int runOf(Dot dot) {
        int at = floorIndex(dot.actor(), dot.counter());
        return at >= 0 && to(at) >= dot.counter() && actors[at].equals(dot.actor()) ? at : -1;
    }

    private boolean continuesAfter(int run, long counter) {
        int next = run + 1;
        return next < actors.length && from(next) == counter + 1 && actors[next].equals(actors[run]);
    }

    /** The last run that begins at or before this dot in the order of dots, or -1. */
    private int floorIndex(Actor actor, long counter) {
        int low = 0;
        int high = actors.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            int order = actors[middle].compareTo(actor);
            if (order < 0 || (order == 0 && from(middle) <= counter)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    private boolean includes(VersionVector other, boolean withStamps) {
        int at = 0;
        for (int i = 0; i < other.actors.length; i++) {
            Actor actor = other.actors[i];
            int order = -1;
            while (at < actors.length) {
                order = actors[at].compareTo(actor);
                if (order > 0 || (order == 0 && to(at) >= other.from(i))) {
                    break;
                }
                at++;
            }
            if (at == actors.length || order != 0 || from(at) > other.from(i) || to(at) < other.to(i)) {
                return false;
            }
            if (withStamps && stamp(at) < other.stamp(i)) {
                return false;
            }
        }
        return true;
    }

    private VersionVector merge(VersionVector other) {
        Actor[] merged = new Actor[actors.length + other.actors.length];
        long[] mergedSpans = new long[merged.length * WIDTH];
        int size = 0;
        int left = 0;
        int right = 0;
        while (left < actors.length || right < other.actors.length) {
            boolean takeLeft =
                    right == other.actors.length || (left < actors.length && beginsBefore(left, other, right));
            size = takeLeft
                    ? append(merged, mergedSpans, size, left++)
                    : other.append(merged, mergedSpans, size, right++);
        }
        if (size == merged.length) {
            return new VersionVector(merged, mergedSpans);
        }
        return new VersionVector(Arrays.copyOf(merged, size), Arrays.copyOf(mergedSpans, size * WIDTH));
    }

    private boolean beginsBefore(int run, VersionVector other, int otherRun) {
        int order = actors[run].compareTo(other.actors[otherRun]);
        return order < 0 || (order == 0 && from(run) <= other.from(otherRun));
    }

    /** Appends one run, or grows the last one where they touch. Returns the new number of runs. */
    private int append(Actor[] merged, long[] mergedSpans, int size, int run) {
        int last = (size - 1) * WIDTH;
        // Subtracting rather than adding 1: a run may end at the greatest counter.
        if (size > 0 && merged[size - 1].equals(actors[run]) && from(run) - 1 <= mergedSpans[last + 1]) {
            mergedSpans[last + 1] = Math.max(mergedSpans[last + 1], to(run));
            mergedSpans[last + 2] = Math.max(mergedSpans[last + 2], stamp(run));
            return size;
        }
        merged[size] = actors[run];
        System.arraycopy(spans, run * WIDTH, mergedSpans, size * WIDTH, WIDTH);
        return size + 1;
    }

    private VersionVector select(boolean[] keep, int kept) {
        Actor[] left = new Actor[kept];
        long[] leftSpans = new long[kept * WIDTH];
        int size = 0;
        for (int i = 0; i < actors.length; i++) {
            if (keep[i]) {
                left[size] = actors[i];
                System.arraycopy(spans, i * WIDTH, leftSpans, size * WIDTH, WIDTH);
                size++;
            }
        }
        return ofRuns(left, leftSpans);
    }
}
