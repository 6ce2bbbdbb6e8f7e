package io.kindred.cluster.version;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a replica holds of one key: an immutable dotted causal container.
 *
 * <p>The <em>clock</em> is the set of all dots that were ever seen here; the <em>siblings</em> are those that still
 * live. A dot in the clock without a sibling was superseded. So two replicas merge without comparing values: a sibling
 * stays if both hold it, or if the other has never seen its dot ({@link #join}). The join is commutative, associative
 * and idempotent; every path by which versions meet (write, read repair, hint, exchange) is this one.
 *
 * <p>A write supersedes what its context covers and nothing else ({@link #write}). The client's context is the set of
 * dots that it has seen, so a version that it has not seen stays beside its own.
 *
 * <p>Invariants: the clock covers the dot of every sibling; no two siblings share a dot; a run of the clock is stamped
 * no earlier than any of its siblings; the siblings are sorted by {@link Sibling#NEWEST_FIRST}. Truncating a clock
 * keeps all of them.
 *
 * <p>Source: "Scalable and Accurate Causality Tracking for Eventually Consistent Stores" (Almeida, Baquero, Goncalves,
 * Preguica, Fonte, 2014), section 5.
 */
// Identity is asked only to skip work; what counts is equals.
@SuppressWarnings("ReferenceEquality")
public final class Versions {

    /** A key that was never written, as far as is known here. */
    public static final Versions EMPTY = new Versions(VersionVector.EMPTY, List.of());

    private final VersionVector clock;
    private final List<Sibling> siblings;
    /** Its one encoding, once somebody has asked for it: what is stored here is also what others are sent. */
    private byte @Nullable [] encoding;

    private Versions(VersionVector clock, List<Sibling> siblings) {
        this.clock = clock;
        this.siblings = siblings;
    }

    /** Requires: the invariants of this class; an immutable list. */
    static Versions of(VersionVector clock, List<Sibling> siblings) {
        return clock.isEmpty() ? EMPTY : new Versions(clock, siblings);
    }

    /** What the other replicas are sent for a write: its sibling, and the context that it supersedes. */
    public static Versions delta(VersionVector context, Sibling sibling) {
        requireUnseen(context, sibling);
        return new Versions(context.with(sibling.dot(), sibling.stamp()), List.of(sibling));
    }

    byte @Nullable [] encoding() {
        return encoding;
    }

    /** Requires: that nobody changes the array. */
    void encoding(byte[] bytes) {
        encoding = bytes;
    }

    /** All that was ever seen, whether or not it still lives. */
    public VersionVector clock() {
        return clock;
    }

    /** Newest stamp first, ties by the greater dot; tombstones and expired values too. */
    public List<Sibling> siblings() {
        return siblings;
    }

    public boolean isEmpty() {
        return clock.isEmpty();
    }

    /** Merges what two replicas hold. Returns {@code this} itself where the other adds nothing. */
    public Versions join(Versions other) {
        if (this == other || other.isEmpty()) {
            return this;
        }
        if (isEmpty()) {
            return other;
        }
        VersionVector joined = clock.join(other.clock);
        List<Sibling> kept = siblings.size() == 1 && other.siblings.size() == 1
                ? joinOne(siblings.get(0), other, other.siblings.get(0))
                : joinSiblings(other);
        if (joined == clock && sameElements(kept, siblings)) {
            return this;
        }
        return joined == other.clock && sameElements(kept, other.siblings) ? other : new Versions(joined, kept);
    }

    /**
     * A write coordinated here: drops the siblings that the context covers and adds the new one. The clock keeps all
     * that it has seen, and learns what the context has seen.
     *
     * <p>Requires: a dot that neither this clock nor the context covers.
     */
    public Versions write(VersionVector context, Sibling sibling) {
        requireUnseen(clock, sibling);
        requireUnseen(context, sibling);
        VersionVector seen = clock.join(context).with(sibling.dot(), sibling.stamp());
        for (int i = 0; i < siblings.size(); i++) {
            if (!context.covers(siblings.get(i).dot())) {
                return new Versions(seen, addTo(uncovered(context), sibling));
            }
        }
        return new Versions(seen, List.of(sibling));
    }

    /**
     * The version that a plain read shows, or null for none: {@link Winner} has the rules. Whether it has expired is for the
     * caller to ask, afterwards: an expired winner means no key.
     */
    public @Nullable Sibling winner() {
        return Winner.of(siblings);
    }

    /** As {@link #winner}; where that is null, the tombstone that counts. Null: there is neither. */
    public @Nullable Sibling counting() {
        return Winner.orTombstone(siblings);
    }

    /**
     * Without what decides nothing any more at a reap mark, for other replicas may have dropped it before what is newer came:
     * from the oldest on, whatever is gone at the mark together with those that are left before it.
     */
    public Versions settled(long reapMark) {
        int left = siblings.size();
        for (int i = left - 1; i >= 0 && siblings.get(i).stamp() <= reapMark; i--) {
            left = goneAt(siblings.subList(i, left)) <= reapMark ? i : left;
        }
        return left == siblings.size() ? this : new Versions(clock, List.copyOf(siblings.subList(0, left)));
    }

    /** Whether all that lives in {@code held} is covered here: a write of this delta would supersede all of it. */
    public boolean coversAll(Versions held) {
        for (int i = 0; i < held.siblings.size(); i++) {
            if (!clock.covers(held.siblings.get(i).dot())) {
                return false;
            }
        }
        return true;
    }

    /** Whether a version lives here. */
    public boolean hasLive(Dot dot) {
        return siblingOf(dot) != null;
    }

    /** The greatest term of what lives here and was made in a datacenter; {@link Term#NONE} for none. */
    public Term newestTerm(long datacenter) {
        Term newest = Term.NONE;
        for (int i = 0; i < siblings.size(); i++) {
            TermMark mark = siblings.get(i).mark();
            if (!mark.isNone() && mark.datacenter() == datacenter) {
                newest = newest.max(siblings.get(i).term());
            }
        }
        return newest;
    }

    /** The greatest stamp of the plain values that live here, or that the updates among what lives here have covered. */
    public long baseStamp() {
        long base = 0;
        for (int i = 0; i < siblings.size(); i++) {
            Sibling sibling = siblings.get(i);
            boolean isPlain = sibling.mark().isNone();
            long stamp = isPlain
                    ? sibling.isTombstone() ? 0 : sibling.stamp()
                    : sibling.mark().baseStamp();
            base = Math.max(base, stamp);
        }
        return base;
    }

    /**
     * The stamp from which on this container may be reaped: nothing of it is left to see ({@link #settled}), and none of the
     * dots that it has seen is stamped above. {@link Long#MAX_VALUE} where something lives for ever.
     */
    public long goneAt() {
        if (siblings.size() == 1 && siblings.get(0).goneAt() == Long.MAX_VALUE) {
            return Long.MAX_VALUE;
        }
        long gone = 0;
        int left = siblings.size();
        for (int i = left - 1; i >= 0; i--) {
            long past = goneAt(siblings.subList(i, left));
            if (past != Long.MAX_VALUE) {
                gone = Math.max(gone, past);
                left = i;
            }
        }
        if (left > 0) {
            return Long.MAX_VALUE;
        }
        for (int i = 0; i < clock.entries(); i++) {
            gone = Math.max(gone, clock.stamp(i));
        }
        return gone;
    }

    /**
     * When none of these counts any more: each is a tombstone or expires, or the tombstone of an update counts over all. What
     * has expired and hides an older value lives, for that value.
     */
    private static long goneAt(List<Sibling> siblings) {
        boolean isDeleted = Winner.of(siblings) == null;
        long gone = 0;
        for (int i = 0; i < siblings.size(); i++) {
            Sibling sibling = siblings.get(i);
            gone = Math.max(gone, isDeleted ? sibling.stamp() : sibling.goneAt());
        }
        return gone;
    }

    /** The greatest stamp of a dot that was ever seen here. */
    public long newestStamp() {
        long newest = 0;
        for (int i = 0; i < clock.entries(); i++) {
            newest = Math.max(newest, clock.stamp(i));
        }
        return newest;
    }

    /** How many siblings are values rather than tombstones. */
    public int valueCount() {
        int count = 0;
        for (int i = 0; i < siblings.size(); i++) {
            count += siblings.get(i).isTombstone() ? 0 : 1;
        }
        return count;
    }

    /** Versions written at or before a flush count as deleted; the clock still covers them. */
    public Versions withoutStampsUpTo(long flushStamp) {
        int newer = 0;
        while (newer < siblings.size() && siblings.get(newer).stamp() > flushStamp) {
            newer++;
        }
        return newer == siblings.size() ? this : new Versions(clock, List.copyOf(siblings.subList(0, newer)));
    }

    /** The same versions with empty values in place of theirs: enough to tell which keys live. */
    public Versions withoutValues() {
        List<Sibling> bare = new ArrayList<>(siblings.size());
        for (Sibling sibling : siblings) {
            bare.add(sibling.isTombstone() ? sibling : sibling.withValue(new byte[0]));
        }
        return new Versions(clock, List.copyOf(bare));
    }

    /** The same versions, with the terms of their updates in the name of other datacenters. */
    public Versions withTermsOf(LongUnaryOperator datacenter) {
        List<Sibling> named = new ArrayList<>(siblings.size());
        for (Sibling sibling : siblings) {
            TermMark mark = sibling.mark();
            named.add(
                    mark.isNone()
                            ? sibling
                            : new Sibling(
                                    sibling.dot(),
                                    sibling.stamp(),
                                    sibling.expireAtMillis(),
                                    sibling.value(),
                                    new TermMark(
                                            mark.number(),
                                            datacenter.applyAsLong(mark.datacenter()),
                                            mark.baseStamp())));
        }
        return new Versions(clock, List.copyOf(named));
    }

    /** The same versions with the length of each value, as four bytes, in its place: {@link Sibling#lengthBytes}. */
    public Versions withLengths() {
        List<Sibling> bare = new ArrayList<>(siblings.size());
        for (Sibling sibling : siblings) {
            bare.add(sibling.withLength());
        }
        return new Versions(clock, List.copyOf(bare));
    }

    /**
     * Forgets the oldest clock entries until {@code entriesMax} are left, but none that a sibling needs, and none stamped
     * above {@code stampMax}; see {@link VersionVector#truncate}. The difference of {@code clock().entries()} says how many went. Only for a
     * coordinated write: a merge that forgot what the other side remembers would be undone by the next one, for ever.
     */
    public Versions truncate(int entriesMax, long stampMax) {
        if (clock.entries() <= entriesMax) {
            return this;
        }
        List<Dot> needed = new ArrayList<>(siblings.size());
        for (Sibling sibling : siblings) {
            needed.add(sibling.dot());
        }
        VersionVector shorter = clock.truncate(entriesMax, needed, stampMax);
        return shorter == clock ? this : new Versions(shorter, siblings);
    }

    /** Whether both have seen the same dots and hold the same ones alive; a dot stands for its value. */
    public boolean sameAs(Versions other) {
        if (this == other) {
            return true;
        }
        if (siblings.size() != other.siblings.size() || !clock.equals(other.clock)) {
            return false;
        }
        for (int i = 0; i < siblings.size(); i++) {
            if (!siblings.get(i).dot().equals(other.siblings.get(i).dot())) {
                return false;
            }
        }
        return true;
    }

    /** As {@link #sameAs}, and the siblings' stamps, expiries and bytes too. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Versions that && clock.equals(that.clock) && siblings.equals(that.siblings);
    }

    @Override
    public int hashCode() {
        return 31 * clock.hashCode() + siblings.hashCode();
    }

    @Override
    public String toString() {
        return clock + "" + siblings;
    }

    private List<Sibling> joinOne(Sibling mine, Versions other, Sibling theirs) {
        if (mine.dot().equals(theirs.dot())) {
            return List.of(Sibling.agreed(mine, theirs));
        }
        boolean mineLives = !other.clock.covers(mine.dot());
        boolean theirsLives = !clock.covers(theirs.dot());
        if (mineLives && theirsLives) {
            return Sibling.NEWEST_FIRST.compare(mine, theirs) < 0 ? List.of(mine, theirs) : List.of(theirs, mine);
        }
        if (mineLives) {
            return siblings;
        }
        return theirsLives ? other.siblings : List.of();
    }

    private List<Sibling> joinSiblings(Versions other) {
        List<Sibling> kept = new ArrayList<>(siblings.size() + other.siblings.size());
        for (Sibling mine : siblings) {
            if (!other.clock.covers(mine.dot())) {
                kept.add(mine);
                continue;
            }
            Sibling theirs = other.siblingOf(mine.dot());
            if (theirs != null) {
                kept.add(Sibling.agreed(mine, theirs));
            }
        }
        for (Sibling theirs : other.siblings) {
            if (!clock.covers(theirs.dot())) {
                kept.add(theirs);
            }
        }
        kept.sort(Sibling.NEWEST_FIRST);
        return List.copyOf(kept);
    }

    private @Nullable Sibling siblingOf(Dot dot) {
        for (Sibling sibling : siblings) {
            if (sibling.dot().equals(dot)) {
                return sibling;
            }
        }
        return null;
    }

    private List<Sibling> uncovered(VersionVector context) {
        List<Sibling> kept = new ArrayList<>(siblings.size() + 1);
        for (Sibling sibling : siblings) {
            if (!context.covers(sibling.dot())) {
                kept.add(sibling);
            }
        }
        return kept;
    }

    private static List<Sibling> addTo(List<Sibling> kept, Sibling sibling) {
        kept.add(sibling);
        kept.sort(Sibling.NEWEST_FIRST);
        return List.copyOf(kept);
    }

    /** Identity, because it is asked only whether a merge made anything new. */
    private static boolean sameElements(List<Sibling> a, List<Sibling> b) {
        if (a == b) {
            return true;
        }
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (a.get(i) != b.get(i)) {
                return false;
            }
        }
        return true;
    }

    private static void requireUnseen(VersionVector seen, Sibling sibling) {
        if (seen.covers(sibling.dot())) {
            throw new IllegalStateException("dot " + sibling.dot() + " was issued before: " + seen);
        }
    }
}
