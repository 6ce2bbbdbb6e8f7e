package io.kindred.cluster.ring;

import java.util.Arrays;
import java.util.List;

/**
 * What part of the ring each member should own.
 *
 * <p>Without zones that is its weight among all weights. With zones, a preference list takes one node of each zone
 * first. So a zone holds at most one of {@link #COPIES} replicas of a partition where there are that many zones, and at
 * least one where there are fewer, whatever its nodes weigh. A zone's part of the ring follows: it is proportional to
 * its weight, but no more (or no less) than one in {@code COPIES}; within the zone, nodes share by weight. So the part
 * that a node owns and the part that it holds stay in step, and a join moves partitions within its zone.
 */
final class Shares {

    /** The replication that loads are evened out for. Others work, somewhat less evenly where zones are unequal. */
    static final int COPIES = 3;

    private Shares() {}

    /** The share of each member; they add up to 1. */
    static double[] of(List<RingMember> members) {
        int[] zones = Ring.zonesOf(members);
        int zoneCount = Arrays.stream(zones).max().orElse(-1) + 1;
        double[] zoneWeights = new double[zoneCount];
        for (int i = 0; i < zones.length; i++) {
            zoneWeights[zones[i]] += members.get(i).weight();
        }
        double[] zoneShares = zoneCount == members.size() ? proportional(zoneWeights) : bounded(zoneWeights);
        double[] shares = new double[zones.length];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = members.get(i).weight() / zoneWeights[zones[i]] * zoneShares[zones[i]];
        }
        return shares;
    }

    /**
     * The part of all partitions that each member should hold: its share of {@link #COPIES} replicas of each, but none
     * twice. What the heaviest cannot hold, the others do.
     */
    static double[] held(double[] shares) {
        Integer[] heaviestFirst = new Integer[shares.length];
        Arrays.setAll(heaviestFirst, i -> i);
        Arrays.sort(heaviestFirst, (a, b) -> Double.compare(shares[b], shares[a]));
        double[] held = new double[shares.length];
        double copiesLeft = Math.min(COPIES, shares.length);
        double sharesLeft = 1;
        for (int i : heaviestFirst) {
            held[i] = Math.min(1, copiesLeft * shares[i] / sharesLeft);
            copiesLeft -= held[i];
            sharesLeft -= shares[i];
        }
        return held;
    }

    private static double[] proportional(double[] weights) {
        double all = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(weight -> weight / all).toArray();
    }

    /**
     * Proportional to the weights within the bound. The zones furthest beyond it are settled at the bound one by one;
     * what they leave is shared by the rest.
     */
    private static double[] bounded(double[] weights) {
        double bound = 1.0 / COPIES;
        boolean capped = weights.length >= COPIES;
        Integer[] order = new Integer[weights.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(
                order,
                (a, b) -> capped ? Double.compare(weights[b], weights[a]) : Double.compare(weights[a], weights[b]));
        double[] shares = new double[weights.length];
        double weightLeft = Arrays.stream(weights).sum();
        double shareLeft = 1;
        for (int zone : order) {
            double exact = shareLeft * weights[zone] / weightLeft;
            boolean beyond = capped ? exact > bound : exact < bound;
            shares[zone] = beyond ? bound : exact;
            shareLeft -= shares[zone];
            weightLeft -= weights[zone];
        }
        return shares;
    }
}
