package io.kindred.cluster.antientropy;

import java.util.function.IntPredicate;

/**
 * Each partition's reap mark: a stamp at or below which its past is settled. Whatever a node outside of its owners may
 * still hold, or bring, is stamped above; and its owners have the same. So a container of which nothing lives, and that
 * has seen nothing above the mark, counts as absent, and goes; docs/anti-entropy.md has the proof.
 *
 * <p>Marks only rise. A mark is a fact, so an owner takes it over from any other.
 *
 * <p>Owned by: the core's thread.
 */
public final class ReapMarks {
    private final long[] marks;
    private Heard heard = (partition, mark) -> {};
    private IntPredicate behind = partition -> false;

    /** Who is told of marks above this node's own. */
    public interface Heard {
        void heard(int partition, long mark);
    }

    public ReapMarks(int partitions) {
        this.marks = new long[partitions];
    }

    /** @param partitions of which there may be here what is settled by their marks, and was not before this node took them over */
    public void withhold(IntPredicate partitions) {
        behind = partitions;
    }

    /** Whether to give nobody anything of a partition yet. */
    boolean isBehind(int partition) {
        return behind.test(partition);
    }

    public void listen(Heard told) {
        heard = told;
    }

    /** 0: nothing is settled. */
    public long of(int partition) {
        return marks[partition];
    }

    long[] of(int[] partitions) {
        long[] found = new long[partitions.length];
        for (int i = 0; i < found.length; i++) {
            found[i] = marks[partitions[i]];
        }
        return found;
    }

    /** True if it was lower. */
    public boolean raise(int partition, long mark) {
        if (mark <= marks[partition]) {
            return false;
        }
        marks[partition] = mark;
        return true;
    }

    /** What another owner has of partitions that are known to exist. */
    void hear(int[] partitions, long[] theirs) {
        for (int i = 0; i < Math.min(partitions.length, theirs.length); i++) {
            if (theirs[i] > marks[partitions[i]]) {
                heard.heard(partitions[i], theirs[i]);
            }
        }
    }
}
