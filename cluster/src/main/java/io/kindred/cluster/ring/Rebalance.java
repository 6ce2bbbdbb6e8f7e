package io.kindred.cluster.ring;

import java.util.Arrays;
import java.util.List;

/**
 * Evens out the load of a ring after one change, with as few moves as that takes.
 *
 * <p>First each member gets a quota: its exact share rounded down or up, up for those who have that much already, so
 * that no partition moves for the sake of rounding. Who has more than its quota gives, who has less takes; a partition
 * without an owner is given, too. That fixes how many partitions move.
 *
 * <p>Which ones decides the replicas. They are the next distinct owners clockwise, so as long as any N neighbours have
 * different owners, each owned partition is held exactly N times over, balanced owners mean balanced replicas, and one
 * moved partition moves exactly N replicas. So the cost of a ring counts pairs of near partitions with one owner (and of
 * one zone), near ones most. The ring is cut into as many windows as there are moves, and in each window the move with
 * the best change of cost is made: what one node takes is thereby spread round the ring, next to different neighbours.
 * Moves that cost nothing are made first, everywhere; then the others. What that leaves uneven where neighbours cannot
 * all differ, {@link OwnerSwaps} evens out.
 *
 * <p>Deterministic: ties go to the giver with most to give, the taker with most to take, and then to the first in order.
 */
final class Rebalance {

    /** Cost of one owner at distance 1, 2, ...: distances below N matter most, the rest makes room for later changes. */
    private static final int[] OWNER_COST = {0, 64, 32, 4, 1};
    /** Cost of one zone at distance 1, 2, ... */
    private static final int[] ZONE_COST = {0, 24, 12};

    /**
     * Two nodes hold everything, wherever they are; what counts is that the third can make ABC, ABC, ... of them. It
     * can if the second left every third partition to it, taking half of these for the time being: ABA, ABB, ...
     */
    private static final int[] SECOND_AVOIDS = {1, 0, 1, 1, 0, 0};

    /** Bounds the work for a small cluster with many partitions; beyond it the best is as good as any. */
    private static final int EXCHANGES_TRIED_MAX = 256;

    private final List<RingMember> members;
    private final int[] owners;
    private final int[] zones;
    private final double[] shares;
    private final int ownerReach;
    private final int zoneReach;
    private final int mask;
    /** Where the first window begins: differs from change to change, so that no stretch moves every time. */
    private final int start;
    /** Owned minus quota: positive gives, negative takes. */
    private final int[] surplus;

    private int[] takers = new int[0];
    private int[] moved = new int[0];
    private int movedCount;

    /** {@code owners} is changed in place. Requires: at least one member. */
    Rebalance(List<RingMember> members, int[] owners, long changed) {
        this.members = members;
        this.owners = owners;
        this.zones = Ring.zonesOf(members);
        int zoneCount = Arrays.stream(zones).max().orElse(0) + 1;
        this.shares = Shares.of(members);
        this.ownerReach = Math.min(members.size(), OWNER_COST.length) - 1;
        // Where every node is a zone of its own, zones say nothing that owners do not.
        this.zoneReach = zoneCount == members.size() ? 0 : Math.min(zoneCount, ZONE_COST.length) - 1;
        this.mask = owners.length - 1;
        this.start = (int) ((changed * 0x9e3779b97f4a7c15L) >>> 32) & mask;
        this.surplus = new int[members.size()];
    }

    void run() {
        fillSurplus();
        int moves = 0;
        int takerCount = 0;
        for (int each : surplus) {
            moves += Math.max(0, -each);
            takerCount += each < 0 ? 1 : 0;
        }
        takers = new int[takerCount];
        for (int i = 0, size = 0; i < surplus.length; i++) {
            if (surplus[i] < 0) {
                takers[size++] = i;
            }
        }
        moved = new int[moves];
        moveAll(moveAll(moves, 0), Integer.MAX_VALUE);
        if (takerCount > 1 && members.size() > Shares.COPIES) {
            exchangeTakers();
        }
    }

    /** Two moves that would do better with each other's taker exchange them, which moves nothing more. */
    private void exchangeTakers() {
        Arrays.sort(moved);
        for (int i = 0; i < moved.length; i++) {
            int best = -1;
            int bestCost = 0;
            int last = Math.min(moved.length - 1, EXCHANGES_TRIED_MAX);
            for (int step = 1; step <= last; step++) {
                int other = moved[(i + step) % moved.length];
                int cost = owners[other] == owners[moved[i]] ? 0 : exchangeCost(moved[i], other);
                if (cost < bestCost) {
                    best = other;
                    bestCost = cost;
                }
            }
            if (best >= 0) {
                int taker = owners[best];
                owners[best] = owners[moved[i]];
                owners[moved[i]] = taker;
            }
        }
    }

    private int exchangeCost(int a, int b) {
        int ownerOfA = owners[a];
        int ownerOfB = owners[b];
        int cost = costOf(a, ownerOfB);
        owners[a] = ownerOfB;
        cost += costOf(b, ownerOfA);
        owners[a] = ownerOfA;
        return cost;
    }

    /** Makes that many moves, one in each window, then wherever they fit. Returns how many were too dear. */
    private int moveAll(int moves, int costMax) {
        int left = moves;
        for (int i = 0; i < moves; i++) {
            int from = (int) ((long) i * owners.length / moves);
            int to = (int) ((long) (i + 1) * owners.length / moves);
            left -= moveBest(from, to, costMax);
        }
        for (int i = 0; i < owners.length && left > 0; i++) {
            left -= moveBest(i, i + 1, costMax);
        }
        return left;
    }

    private void fillSurplus() {
        int unassigned = owners.length;
        Integer[] order = new Integer[surplus.length];
        double[] fraction = new double[surplus.length];
        for (int owner : owners) {
            if (owner != Ring.NOBODY) {
                surplus[owner]++;
            }
        }
        for (int i = 0; i < surplus.length; i++) {
            double exact = owners.length * shares[i];
            int floor = (int) exact;
            fraction[i] = exact - floor;
            surplus[i] -= floor;
            unassigned -= floor;
            order[i] = i;
        }
        // Who holds more than its share rounded down keeps one of that; then the larger fraction; then the first.
        Arrays.sort(order, (a, b) -> {
            int keeps = Boolean.compare(surplus[b] > 0, surplus[a] > 0);
            int larger = keeps != 0 ? keeps : Double.compare(fraction[b], fraction[a]);
            return larger != 0 ? larger : Integer.compare(a, b);
        });
        for (int i = 0; i < unassigned; i++) {
            surplus[order[i % order.length]]--;
        }
    }

    /** Makes the best move of a window; returns how many were made, 0 or 1. */
    private int moveBest(int from, int to, int costMax) {
        int bestPartition = -1;
        int bestTaker = -1;
        int bestCost = Integer.MAX_VALUE;
        for (int i = from; i < to; i++) {
            int partition = (start + i) & mask;
            if (!gives(partition)) {
                continue;
            }
            int taker = bestTaker(partition);
            int cost = taker < 0 ? Integer.MAX_VALUE : costOf(partition, taker);
            if (cost < bestCost || (cost == bestCost && bestPartition >= 0 && givesMore(partition, bestPartition))) {
                bestPartition = partition;
                bestTaker = taker;
                bestCost = cost;
            }
        }
        return bestTaker < 0 || bestCost > costMax ? 0 : move(bestPartition, bestTaker);
    }

    private int move(int partition, int taker) {
        if (owners[partition] != Ring.NOBODY) {
            surplus[owners[partition]]--;
        }
        owners[partition] = taker;
        surplus[taker]++;
        moved[movedCount++] = partition;
        return 1;
    }

    private boolean gives(int partition) {
        return owners[partition] == Ring.NOBODY || surplus[owners[partition]] > 0;
    }

    private boolean givesMore(int partition, int than) {
        return owners[partition] != Ring.NOBODY
                && owners[than] != Ring.NOBODY
                && surplus[owners[partition]] > surplus[owners[than]];
    }

    private int bestTaker(int partition) {
        int best = -1;
        int bestCost = Integer.MAX_VALUE;
        for (int taker : takers) {
            if (surplus[taker] >= 0) {
                continue;
            }
            int cost = costOf(partition, taker);
            if (best < 0 || cost < bestCost || (cost == bestCost && surplus[taker] < surplus[best])) {
                best = taker;
                bestCost = cost;
            }
        }
        return best;
    }

    /** How the cost of the ring changes if {@code taker} owned the partition. */
    private int costOf(int partition, int taker) {
        int giver = owners[partition];
        if (members.size() == 2) {
            return SECOND_AVOIDS[partition % SECOND_AVOIDS.length];
        }
        int cost = 0;
        for (int distance = 1; distance <= ownerReach; distance++) {
            cost += sameOwner(owners[(partition + distance) & mask], taker, giver, distance);
            cost += sameOwner(owners[(partition - distance) & mask], taker, giver, distance);
        }
        for (int distance = 1; distance <= zoneReach; distance++) {
            cost += sameZone(owners[(partition + distance) & mask], taker, giver, distance);
            cost += sameZone(owners[(partition - distance) & mask], taker, giver, distance);
        }
        return cost;
    }

    private static int sameOwner(int neighbour, int taker, int giver, int distance) {
        if (neighbour == taker) {
            return OWNER_COST[distance];
        }
        return neighbour == giver && giver != Ring.NOBODY ? -OWNER_COST[distance] : 0;
    }

    private int sameZone(int neighbour, int taker, int giver, int distance) {
        if (neighbour == Ring.NOBODY) {
            return 0;
        }
        int cost = zones[neighbour] == zones[taker] ? ZONE_COST[distance] : 0;
        return giver != Ring.NOBODY && zones[neighbour] == zones[giver] ? cost - ZONE_COST[distance] : cost;
    }
}
