package io.kindred.cluster.core;

import io.kindred.cluster.membership.MembershipView;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.PeerClocks;
import io.kindred.cluster.quorum.PeerClocks.WallSkew;
import java.util.List;
import java.util.TreeMap;

/**
 * Warns the operator of wall clocks that differ by more than they may: of this node's own where it is away from the median
 * of all that this node knows, else of each peer's. Round trips have shown how they stand ({@link PeerClocks}). docs/clocks.md
 * says what a wrong clock costs.
 */
final class SkewWatch {
    /** A difference that stays is told of so often. */
    private static final long AGAIN_NANOS = 600_000_000_000L;
    /** One that becomes another one, so often. */
    private static final long CHANGED_NANOS = 10_000_000_000L;

    private final Clocks clocks;
    private final CoreOutput output;
    private final MembershipView view;
    /** By node. */
    private final TreeMap<Long, Telling> told = new TreeMap<>();

    private record Telling(long millis, long atNanos) {}

    SkewWatch(Clocks clocks, CoreOutput output, MembershipView view) {
        this.clocks = clocks;
        this.output = output;
        this.view = view;
    }

    /**
     * How clocks stand.
     *
     * @param worstPeer the peer whose clock differs most from this node's; 0: no clock is known
     * @param worstMillis by how much it is ahead
     * @param aheadOfMedianMillis by how much this node's clock is ahead of the median of all that it knows
     */
    record Standing(long worstPeer, long worstMillis, long aheadOfMedianMillis) {}

    Standing standing() {
        List<WallSkew> skews = clocks.peers().wallSkews(clocks.nanos());
        long worstPeer = 0;
        long worst = 0;
        for (WallSkew skew : skews) {
            if (worstPeer == 0 || Math.abs(skew.millis()) > Math.abs(worst)) {
                worstPeer = skew.peer();
                worst = skew.millis();
            }
        }
        return new Standing(worstPeer, worst, aheadOfMedian(skews));
    }

    private static long aheadOfMedian(List<WallSkew> skews) {
        return PeerClocks.aheadOfMedianMillis(
                skews.stream().mapToLong(WallSkew::certainMillis).toArray());
    }

    /** Called now and then. */
    void look() {
        long setBy = clocks.takeSetByMillis();
        if (setBy != 0) {
            output.effects()
                    .warn("this machine's clock was set " + text(setBy, "forward", "back")
                            + (setBy > 0 ? ", or the machine was suspended" : ""));
        }
        List<WallSkew> skews = clocks.peers().wallSkews(clocks.nanos());
        long self = view.self().id();
        long own = aheadOfMedian(skews);
        tell(
                self,
                own,
                "this node's clock is " + text(own, "ahead of", "behind") + " the median of " + (skews.size() + 1)
                        + " members' clocks");
        boolean isOwn = Math.abs(own) > clocks.skewMaxMillis();
        for (WallSkew skew : skews) {
            long millis = isOwn ? 0 : skew.certainMillis();
            tell(
                    skew.peer(),
                    millis,
                    "the clock of " + nameOf(skew.peer()) + " is " + text(millis, "ahead of", "behind")
                            + " this node's");
        }
    }

    private void tell(long node, long millis, String what) {
        Telling before = told.get(node);
        if (Math.abs(millis) <= clocks.skewMaxMillis()) {
            // An answer that was long under way says little of a clock: that is no end of it.
            if (before != null && clocks.nanos() - before.atNanos() >= CHANGED_NANOS) {
                told.remove(node);
            }
            return;
        }
        boolean isChanged = before != null && Math.abs(millis - before.millis()) > Math.abs(before.millis()) / 2;
        if (before == null || clocks.nanos() - before.atNanos() >= (isChanged ? CHANGED_NANOS : AGAIN_NANOS)) {
            told.put(node, new Telling(millis, clocks.nanos()));
            output.effects()
                    .warn(what + ", more than max-clock-skew-ms " + clocks.skewMaxMillis()
                            + ": keys expire at other times than was asked for, and of concurrent writes the wrong one"
                            + " may win");
        }
    }

    private String nameOf(long node) {
        var member = view.member(node);
        return member == null ? String.format("%016x", node) : member.name();
    }

    private static String text(long millis, String ahead, String behind) {
        return Math.abs(millis) + " ms " + (millis > 0 ? ahead : behind);
    }
}
