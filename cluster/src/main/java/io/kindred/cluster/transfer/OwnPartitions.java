package io.kindred.cluster.transfer;

import io.kindred.cluster.membership.HeldPartitions;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What this node holds, durably: the partitions that it holds completely, and those of which it may have records at all.
 *
 * <p>It holds a partition from when that is in the log; and no longer from when it says so, log or not. Others are told
 * what is in the log.
 */
public final class OwnPartitions {
    private final long id;
    private final Disk disk;
    private final LongSupplier stamps;
    /** In effect. */
    private final long[] held;
    /** In the log, or on its way there. */
    private final long[] heldOnDisk;

    private final long[] present;
    private long version;
    private boolean hasJoined;
    private boolean isDoubted;
    private boolean unsaved;
    private @Nullable HeldPartitions told;

    /** Where the bitmaps are kept, word by word; everything before a barrier is durable once it is told. */
    public interface Disk {
        void putHeld(int word, long bits);

        void putPresent(int word, long bits);

        void putVersion(long version, boolean hasJoined);

        void putDoubt(boolean isDoubted);

        void barrier(Consumer<Boolean> done);
    }

    /** What was stored. */
    @SuppressWarnings("ArrayRecordComponent") // Identity is never asked of it.
    public record Stored(long[] held, long[] present, long version, boolean hasJoined, boolean isDoubted) {
        public static Stored nothing(int partitions) {
            int words = (partitions + Long.SIZE - 1) / Long.SIZE;
            return new Stored(new long[words], new long[words], 0, false, false);
        }
    }

    /** @param stamps rising numbers, from one start to the next as well */
    public OwnPartitions(long id, Stored stored, Disk disk, LongSupplier stamps) {
        this.id = id;
        this.disk = disk;
        this.stamps = stamps;
        this.held = stored.held().clone();
        this.heldOnDisk = stored.held().clone();
        this.present = stored.present().clone();
        for (int i = 0; i < present.length; i++) {
            present[i] |= held[i];
        }
        this.version = stored.version();
        this.hasJoined = stored.hasJoined();
        this.isDoubted = stored.isDoubted();
    }

    public boolean holds(int partition) {
        return bit(held, partition);
    }

    /** Whether there may be records of a partition here. */
    public boolean mayHaveRecords(int partition) {
        return bit(present, partition);
    }

    /** Whether nothing is left here of a partition, and not because it was lost. */
    public boolean isEmptied(int partition) {
        return !holds(partition) && !mayHaveRecords(partition) && !isDoubted;
    }

    public boolean hasJoined() {
        return hasJoined;
    }

    /**
     * Whether this node has found less than it had: of none of the partitions that it does not hold can it be said that what
     * is here of them is what it has acknowledged, or has not been deleted since.
     */
    public boolean isDoubted() {
        return isDoubted;
    }

    /**
     * What is here may be less than what was: nothing is held any more, and each partition is to be fetched anew.
     *
     * @param done true: it is in the log
     */
    public void doubt(Consumer<Boolean> done) {
        isDoubted = true;
        hasJoined = false;
        disk.putDoubt(true);
        for (int i = 0; i < held.length; i++) {
            present[i] |= held[i] | heldOnDisk[i];
            held[i] = 0;
            heldOnDisk[i] = 0;
            disk.putPresent(i, present[i]);
            disk.putHeld(i, 0);
        }
        saveVersion();
        disk.barrier(ok -> {
            saveVersion();
            unsaved |= !ok;
            done.accept(ok);
        });
    }

    /** Everything has been fetched, and given to whom it belongs. */
    public void trust() {
        isDoubted = false;
        disk.putDoubt(false);
    }

    /** What the others may be told. */
    public HeldPartitions told() {
        HeldPartitions known = told;
        if (known == null) {
            long[] words = new long[held.length];
            for (int i = 0; i < words.length; i++) {
                words[i] = held[i] & heldOnDisk[i];
            }
            known = new HeldPartitions(id, version, hasJoined, words);
            told = known;
        }
        return known;
    }

    /**
     * To be called once, at the start: the others are told a version that no earlier life has told.
     */
    public void begin(Runnable done) {
        hold(List.of(), false, ok -> done.run());
    }

    /** Somebody has a newer telling of this node than itself: a tail of its log was lost. True: tell them anew. */
    public boolean riseAbove(long toldVersion) {
        if (toldVersion < version) {
            return false;
        }
        version = toldVersion;
        saveVersion();
        return true;
    }

    /** Records of these will come. */
    public void expect(Collection<Integer> partitions) {
        boolean isNew = false;
        for (int partition : partitions) {
            if (!bit(present, partition)) {
                isNew = true;
                present[partition >>> 6] |= 1L << partition;
                disk.putPresent(partition >>> 6, present[partition >>> 6]);
            }
        }
        if (isNew) {
            disk.barrier(ok -> unsaved |= !ok);
        }
    }

    /** The last record of a partition is gone. */
    public void gone(int partition) {
        present[partition >>> 6] &= ~(1L << partition);
        disk.putPresent(partition >>> 6, present[partition >>> 6]);
    }

    /**
     * These are complete now.
     *
     * @param joins whether with these the first share is whole
     * @param done true: it is in the log, and in effect
     */
    public void hold(Collection<Integer> partitions, boolean joins, Consumer<Boolean> done) {
        expect(partitions);
        long[] added = words(partitions);
        for (int i = 0; i < added.length; i++) {
            if (added[i] != 0) {
                heldOnDisk[i] |= added[i];
                disk.putHeld(i, heldOnDisk[i]);
            }
        }
        boolean joinedBefore = hasJoined;
        hasJoined |= joins;
        saveVersion();
        disk.barrier(ok -> {
            saveVersion();
            for (int i = 0; i < added.length; i++) {
                if (ok) {
                    held[i] |= added[i] & heldOnDisk[i];
                } else {
                    heldOnDisk[i] &= ~added[i] | held[i];
                }
            }
            if (!ok) {
                hasJoined = joinedBefore;
            }
            done.accept(ok);
        });
    }

    /**
     * These are given up, at once.
     *
     * @param done true: it is in the log
     */
    public void release(Collection<Integer> partitions, Consumer<Boolean> done) {
        long[] removed = words(partitions);
        for (int i = 0; i < removed.length; i++) {
            if (removed[i] != 0) {
                held[i] &= ~removed[i];
                heldOnDisk[i] &= ~removed[i];
                disk.putHeld(i, heldOnDisk[i]);
            }
        }
        saveVersion();
        disk.barrier(ok -> {
            saveVersion();
            unsaved |= !ok;
            done.accept(ok);
        });
    }

    /** Tries again what the disk did not take; true if there was something. */
    public boolean saveAgain(Consumer<Boolean> done) {
        if (!unsaved) {
            return false;
        }
        unsaved = false;
        disk.putDoubt(isDoubted);
        for (int i = 0; i < held.length; i++) {
            heldOnDisk[i] = held[i];
            disk.putHeld(i, held[i]);
            disk.putPresent(i, present[i]);
        }
        saveVersion();
        disk.barrier(ok -> {
            saveVersion();
            unsaved |= !ok;
            done.accept(ok);
        });
        return true;
    }

    /** What may be told has changed from now on; what was told meanwhile was of the time before. */
    private void saveVersion() {
        version = Math.max(version + 1, stamps.getAsLong());
        disk.putVersion(version, hasJoined);
        told = null;
    }

    private long[] words(Collection<Integer> partitions) {
        long[] words = new long[held.length];
        for (int partition : partitions) {
            words[partition >>> 6] |= 1L << partition;
        }
        return words;
    }

    private static boolean bit(long[] words, int partition) {
        return (words[partition >>> 6] >>> partition & 1) != 0;
    }
}
