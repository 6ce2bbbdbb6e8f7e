package io.kindred.cluster.quorum;

import io.kindred.cluster.message.AskerDeadline;
import io.kindred.cluster.message.ClockReading;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How the clocks of peers stand to this node's own, as round trips show: an answer was sent after the question and before
 * it came here, so the reading in it bounds the difference from both sides, whatever the way took.
 *
 * <p>Of the monotonic clocks the narrowest bounds are kept. They widen with time, for no two clocks run alike, and make
 * way for any that they do not agree with: the peer has started anew, or one of the machines was suspended. Of the wall
 * clocks the newest bounds are kept, for those are set now and then.
 */
public final class PeerClocks {
    /** By so little of the time that has passed may two monotonic clocks have drifted apart: 500 in a million. */
    private static final long DRIFT_PART = 2_000;
    /** What was measured before that is not known any more. */
    private static final long AGE_MAX_NANOS = 60_000_000_000L;
    /** What a wall clock said so long ago is not told of any more. */
    private static final long WALL_AGE_MAX_NANOS = 10_000_000_000L;

    private final TreeMap<Long, Measured> peers = new TreeMap<>();

    /** Differences are the peer's clock less this node's. */
    private record Measured(
            long start, long lowNanos, long highNanos, long atNanos, long wallLow, long wallHigh, long wallAtNanos) {
        long driftNanos(long nowNanos) {
            return (nowNanos - atNanos) / DRIFT_PART;
        }

        boolean isOld(long nowNanos) {
            return nowNanos - atNanos > AGE_MAX_NANOS;
        }

        boolean isNarrowerThan(Measured other) {
            return highNanos - lowNanos <= other.highNanos - other.lowNanos + 2 * other.driftNanos(atNanos);
        }

        boolean contradicts(Measured other) {
            long drift = other.driftNanos(atNanos);
            return lowNanos > other.highNanos + drift || highNanos < other.lowNanos - drift;
        }
    }

    /**
     * How far a peer's wall clock is ahead of this node's, negative where it is behind.
     *
     * @param lowMillis at least
     * @param highMillis at most
     */
    public record WallSkew(long peer, long lowMillis, long highMillis) {
        public long millis() {
            return (lowMillis + highMillis) / 2;
        }

        /** What the difference certainly comes to, on either side; 0: perhaps none. */
        public long certainMillis() {
            return lowMillis > 0 ? lowMillis : Math.min(highMillis, 0);
        }
    }

    /**
     * An answer of a peer has come just now.
     *
     * @param askedNanos when the question was sent, by this node's monotonic clock
     */
    public void answered(long peer, ClockReading reading, long askedNanos, Clocks own) {
        if (reading.start() == 0) {
            return;
        }
        long now = own.nanos();
        long wallLow = reading.wallMillis() - own.wallMillis();
        Measured fresh = new Measured(
                reading.start(),
                reading.nanos() - now,
                reading.nanos() - askedNanos,
                now,
                wallLow,
                wallLow + (now - askedNanos) / 1_000_000,
                now);
        Measured known = peers.get(peer);
        boolean isBetter = known == null
                || known.start() != fresh.start()
                || known.isOld(now)
                || fresh.isNarrowerThan(known)
                || fresh.contradicts(known);
        peers.put(peer, isBetter ? fresh : withWall(known, fresh));
    }

    private static Measured withWall(@Nullable Measured known, Measured fresh) {
        return known == null
                ? fresh
                : new Measured(
                        known.start(),
                        known.lowNanos(),
                        known.highNanos(),
                        known.atNanos(),
                        fresh.wallLow(),
                        fresh.wallHigh(),
                        fresh.wallAtNanos());
    }

    /** The connection was lost: behind the next one there may be another start. */
    public void forget(long peer) {
        peers.remove(peer);
    }

    /** A time of this node's monotonic clock by that of the peer: not before it, and after it by little. */
    AskerDeadline there(long peer, long deadlineNanos, long nowNanos) {
        Measured known = peers.get(peer);
        return known == null || known.isOld(nowNanos)
                ? AskerDeadline.UNKNOWN
                : new AskerDeadline(known.start(), deadlineNanos + known.highNanos() + known.driftNanos(nowNanos));
    }

    /** Of those whose clocks were read just now, by id. */
    public List<WallSkew> wallSkews(long nowNanos) {
        List<WallSkew> skews = new ArrayList<>();
        peers.forEach((peer, known) -> {
            if (nowNanos - known.wallAtNanos() <= WALL_AGE_MAX_NANOS) {
                skews.add(new WallSkew(peer, known.wallLow(), known.wallHigh()));
            }
        });
        return skews;
    }

    /**
     * How far a clock is ahead of the median of some clocks, its own among them; of an even number it is the lower of the two
     * in the middle, so of two that differ the one ahead is the wrong one.
     *
     * @param othersMillis how far each other one is ahead of it
     */
    public static long aheadOfMedianMillis(long[] othersMillis) {
        long[] all = Arrays.copyOf(othersMillis, othersMillis.length + 1);
        Arrays.sort(all);
        return -all[(all.length - 1) / 2];
    }
}
