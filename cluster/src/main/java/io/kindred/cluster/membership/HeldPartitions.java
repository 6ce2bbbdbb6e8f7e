package io.kindred.cluster.membership;

import java.util.Arrays;

/**
 * Which partitions a member holds completely: a bitmap, written by the member alone, of which the highest version counts.
 * Immutable.
 */
public final class HeldPartitions {
    /** No member holds anything under version 0. */
    public static final long NONE = 0;
    /** Far past what any clock makes a version of; and there is room behind it for those that follow. */
    public static final long VERSION_MAX = Long.MAX_VALUE / 2;

    private final long id;
    private final long version;
    private final boolean hasJoined;
    private final long[] words;

    /**
     * @param version more than 0
     * @param hasJoined whether it has once held the whole share that its first place in the ring gave it
     * @param words partition p is bit p % 64 of word p / 64; taken over
     */
    public HeldPartitions(long id, long version, boolean hasJoined, long[] words) {
        this.id = id;
        this.version = version;
        this.hasJoined = hasJoined;
        this.words = words;
    }

    public long id() {
        return id;
    }

    public long version() {
        return version;
    }

    public boolean hasJoined() {
        return hasJoined;
    }

    public boolean holds(int partition) {
        int word = partition >>> 6;
        return word < words.length && (words[word] >>> partition & 1) != 0;
    }

    public boolean holdsAny() {
        for (long word : words) {
            if (word != 0) {
                return true;
            }
        }
        return false;
    }

    /** Whether a node of a ring of so many partitions can hold that: what another node tells may be anything. */
    public boolean isPossible(int partitions) {
        int last = words.length - 1;
        int lastBits = partitions - last * Long.SIZE;
        return version > NONE
                && version <= VERSION_MAX
                && (last < 0 || lastBits >= Long.SIZE || (lastBits > 0 && words[last] >>> lastBits == 0));
    }

    public int words() {
        return words.length;
    }

    public long word(int at) {
        return words[at];
    }

    /** The same at a later version. */
    public HeldPartitions at(long newVersion) {
        return new HeldPartitions(id, newVersion, hasJoined, words);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HeldPartitions that
                && id == that.id
                && version == that.version
                && hasJoined == that.hasJoined
                && Arrays.equals(words, that.words);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(id) * 31 + Long.hashCode(version);
    }

    @Override
    public String toString() {
        int count = 0;
        for (long word : words) {
            count += Long.bitCount(word);
        }
        return Long.toHexString(id) + " holds " + count + " partitions as of " + version;
    }
}
