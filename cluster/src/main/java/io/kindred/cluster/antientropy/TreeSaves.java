package io.kindred.cluster.antientropy;

import java.util.Arrays;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Which partitions' trees are on the disk, so that a start need not build them from all records.
 *
 * <p>A tree is a sum, and the engine's log notes beside each write by how much it changes that. So a record of a partition's
 * trees is good for as long as the log has all writes behind it: a start adds what they note ({@link ReplayedTrees}). Where the
 * engine has sealed what it has in memory, that part of the log is about to go, and trees that have changed since they were
 * stored are stored again, one after the other. Each record has a number. The first write behind it says, in the same commit,
 * that the record of that number is outdated: without the log of that write it is worth nothing.
 *
 * <pre>
 *   NONE -> EXACT          stored
 *   EXACT -> OUTDATED      the first write behind it
 *   OUTDATED -> EXACT      stored again
 *   UNSURE -> EXACT        likewise
 *   any -> NONE            the trees have changed otherwise than by what writes note: the record is deleted
 *   any -> UNSURE          something of this could not be written: the record is deleted with the next write of the partition,
 *                          or replaced
 * </pre>
 *
 * <p>Owned by: the core's thread.
 */
public final class TreeSaves {
    /** Where records are kept; each tells whether what was asked for is durable, or was undone. */
    public interface Disk {
        void save(int partition, byte[] record, Consumer<Boolean> told);

        /** The record of this number is outdated from here on. */
        void outdate(int partition, long number, Consumer<Boolean> told);

        /** Deletes what there is of a partition. */
        void forget(int partition, Consumer<Boolean> told);
    }

    private enum State {
        NONE,
        EXACT,
        OUTDATED,
        UNSURE
    }

    private static final Disk NOWHERE = new Disk() {
        @Override
        public void save(int partition, byte[] record, Consumer<Boolean> told) {}

        @Override
        public void outdate(int partition, long number, Consumer<Boolean> told) {}

        @Override
        public void forget(int partition, Consumer<Boolean> told) {}
    };

    private Disk disk = NOWHERE;
    private final State[] states;
    private final long[] numbers;
    private final TreeSet<Integer> due = new TreeSet<>();
    private int unsure;
    private long lastNumber;
    private long saved;

    TreeSaves(int partitions) {
        this.states = new State[partitions];
        Arrays.fill(states, State.NONE);
        this.numbers = new long[partitions];
    }

    void keepOn(Disk where) {
        disk = where;
    }

    /** What a start has found: all that it stores later has greater numbers. */
    void goAbove(long number) {
        lastNumber = Math.max(lastNumber, number);
    }

    /** A start goes on with what is stored. */
    void recovered(int partition, long number, boolean isExact) {
        numbers[partition] = number;
        become(partition, isExact ? State.EXACT : State.OUTDATED);
        if (!isExact) {
            // Much of the log that it needs may go to the tables soon, or has been loaded into them already.
            due.add(partition);
        }
    }

    /** A write has changed a partition's trees, and the log notes by how much; in the same step. */
    void changed(int partition) {
        if (states[partition] == State.EXACT) {
            become(partition, State.OUTDATED);
            disk.outdate(partition, numbers[partition], told -> unsureUnless(told, partition));
        }
    }

    /** The trees are, or come to be, other than the stored ones and what the log notes behind them. */
    void invalid(int partition) {
        due.remove(partition);
        if (states[partition] != State.NONE) {
            forget(partition);
        }
    }

    /** Whatever may be stored of a partition goes. */
    void forget(int partition) {
        become(partition, State.NONE);
        disk.forget(partition, told -> unsureUnless(told, partition));
    }

    /** Whatever is stored of a partition that is {@link #isUnsure} goes with its next write. */
    void forgetUnsure(int partition) {
        if (isUnsure(partition)) {
            forget(partition);
        }
    }

    private void unsureUnless(boolean isDone, int partition) {
        if (!isDone) {
            become(partition, State.UNSURE);
        }
    }

    private void become(int partition, State next) {
        unsure += (next == State.UNSURE ? 1 : 0) - (states[partition] == State.UNSURE ? 1 : 0);
        states[partition] = next;
    }

    /** A partition's trees are ready. */
    void ready(int partition) {
        if (states[partition] == State.NONE) {
            due.add(partition);
        }
    }

    /** What the log has now is about to go. */
    void sealed() {
        for (int partition = 0; partition < states.length; partition++) {
            if (states[partition] == State.OUTDATED || states[partition] == State.UNSURE) {
                due.add(partition);
            }
        }
    }

    boolean hasDue() {
        return !due.isEmpty();
    }

    /** The next partition to store, which this takes off the list; -1: none. */
    int nextDue() {
        Integer next = due.pollFirst();
        return next == null ? -1 : next;
    }

    /** Stores what a partition's trees are now. Requires: they are ready. */
    int save(int partition, PartitionTrees trees) {
        byte[] record = nextRecord(partition, trees);
        become(partition, State.EXACT);
        saved++;
        disk.save(partition, record, told -> unsureUnless(told, partition));
        return record.length;
    }

    /** Whether nothing has to be stored of a partition. */
    boolean isExact(int partition) {
        return states[partition] == State.EXACT;
    }

    /** Whether there is any partition that is {@link #isUnsure}. */
    boolean hasUnsure() {
        return unsure > 0;
    }

    /** Whether there is something of a partition on the disk that does not count. */
    boolean isUnsure(int partition) {
        return states[partition] == State.UNSURE;
    }

    /** What is to be stored of a partition now. */
    byte[] nextRecord(int partition, PartitionTrees trees) {
        numbers[partition] = ++lastNumber;
        return TreeRecord.encode(trees, numbers[partition]);
    }

    /** How many partitions are to be stored. */
    int dueCount() {
        return due.size();
    }

    /** How many were stored since the start. */
    long saved() {
        return saved;
    }
}
