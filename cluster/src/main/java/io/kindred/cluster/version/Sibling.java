package io.kindred.cluster.version;

import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * One version of a key. A dot names it, so two siblings of one dot are the same write.
 *
 * <p>The array is handed over: nobody changes it afterwards.
 *
 * @param stamp hybrid logical clock of the write, see {@link HybridClock}; not negative
 * @param expireAtMillis absolute, in milliseconds since 1970; -1 for never
 * @param value null for a tombstone
 * @param mark the term of an update, see {@link TermMark}; its base is stamped below this version
 */
// The array is handed over, and compared by content below; identity is asked only to skip that.
@SuppressWarnings({"ArrayRecordComponent", "ReferenceEquality"})
public record Sibling(Dot dot, long stamp, long expireAtMillis, byte @Nullable [] value, TermMark mark) {

    /** No expiry. */
    public static final long NEVER = -1;

    /** The order in a container: newest stamp first, ties by the greater dot. */
    public static final Comparator<Sibling> NEWEST_FIRST = (a, b) -> {
        int byStamp = Long.compare(b.stamp, a.stamp);
        return byStamp != 0 ? byStamp : b.dot.compareTo(a.dot);
    };

    private static final Comparator<TermMark> TERMS = Comparator.comparingLong(TermMark::number)
            .thenComparingLong(TermMark::datacenter)
            .thenComparingLong(TermMark::baseStamp);

    // Written out, because a compact constructor's class file does not say that the array may be null.
    public Sibling(Dot dot, long stamp, long expireAtMillis, byte @Nullable [] value, TermMark mark) {
        if (stamp < 0 || expireAtMillis < NEVER || (mark.baseStamp() > 0 && mark.baseStamp() >= stamp)) {
            throw new IllegalArgumentException(
                    "stamp " + stamp + ", expiry " + expireAtMillis + ", base " + mark.baseStamp());
        }
        this.dot = dot;
        this.stamp = stamp;
        this.expireAtMillis = expireAtMillis;
        this.value = value;
        this.mark = mark;
    }

    /** A version that no term is behind. */
    public Sibling(Dot dot, long stamp, long expireAtMillis, byte @Nullable [] value) {
        this(dot, stamp, expireAtMillis, value, TermMark.NONE);
    }

    /** The term that it was made under. */
    public Term term() {
        return mark.isNone() ? Term.NONE : new Term(mark.number(), dot.actor().nodeId());
    }

    /**
     * The stamp at which nothing of this version is left to see: a tombstone's own, a value's expiry; {@link
     * Long#MAX_VALUE} for a value that never expires.
     */
    public long goneAt() {
        if (value == null) {
            return stamp;
        }
        boolean isForEver = expireAtMillis == NEVER || expireAtMillis >= HybridClock.MILLIS_MAX;
        return isForEver ? Long.MAX_VALUE : Math.max(stamp, HybridClock.ofMillis(expireAtMillis + 1));
    }

    Sibling withLength() {
        if (value == null) {
            return this;
        }
        RecordBytes length = new RecordBytes(Integer.BYTES);
        length.writeInt(value.length);
        return withValue(length.bytes());
    }

    /** The same version with another array in place of its value. */
    Sibling withValue(byte[] other) {
        return new Sibling(dot, stamp, expireAtMillis, other, mark);
    }

    /** Of a sibling of {@link Versions#withLengths}: how long its value is; 0 where that is not told. */
    public long lengthBytes() {
        if (value == null || value.length != Integer.BYTES) {
            return 0;
        }
        long length = 0;
        for (byte part : value) {
            length = length << Byte.SIZE | part & 0xff;
        }
        return length;
    }

    public boolean isTombstone() {
        return value == null;
    }

    /** As Redis has it: the millisecond of the expiry itself still sees the value. */
    public boolean isExpired(long nowMillis) {
        return expireAtMillis != NEVER && nowMillis > expireAtMillis;
    }

    /**
     * Which of two copies of one dot to keep. They are the same, unless a counter was issued twice; then every replica
     * has to choose the same one, or exchanges would never end.
     */
    static Sibling agreed(Sibling a, Sibling b) {
        if (a == b) {
            return a;
        }
        int order = Long.compare(a.stamp, b.stamp);
        if (order == 0) {
            order = Long.compare(a.expireAtMillis, b.expireAtMillis);
        }
        if (order == 0) {
            order = Arrays.compareUnsigned(a.value, b.value);
        }
        if (order == 0) {
            order = TERMS.compare(a.mark, b.mark);
        }
        return order >= 0 ? a : b;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Sibling that
                && dot.equals(that.dot)
                && stamp == that.stamp
                && expireAtMillis == that.expireAtMillis
                && Arrays.equals(value, that.value)
                && mark.equals(that.mark);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * dot.hashCode() + Long.hashCode(stamp)) + Arrays.hashCode(value);
    }

    @Override
    public String toString() {
        String content = value == null ? "tombstone" : value.length + " bytes";
        String made = mark.isNone() ? "" : ", term " + mark.number() + " on " + mark.baseStamp();
        return dot + "@" + stamp + "(" + content + (expireAtMillis == NEVER ? "" : ", until " + expireAtMillis) + made
                + ")";
    }
}
