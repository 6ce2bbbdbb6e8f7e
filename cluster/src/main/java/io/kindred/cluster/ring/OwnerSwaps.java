package io.kindred.cluster.ring;

import java.util.Arrays;
import java.util.List;

/**
 * Evens out the replicas of a ring whose owners {@link Rebalance} has just evened out.
 *
 * <p>Where any three neighbours differ, a node holds its partitions three times over, and there is nothing to do. With
 * few nodes of unequal weights, or zones of unequal sizes, neighbours cannot all differ, and what a node holds depends on
 * the order of the owners. So pairs of partitions exchange their owners, which leaves what each node owns as it is. A
 * pair is drawn; if the exchange does not make the ring dearer it stays, otherwise it is taken back. The cost of a ring
 * is how far each node's replicas are from their fair number (squared, per fair replica), a trifle for each replica that
 * the change moves, and much for each that it moves beyond its due.
 *
 * <p>Moves are bounded: the due of a change is what the changed node's own share gains or loses, and an exchange that
 * would move more partitions than {@link #MOVED_MAX} times that is not tried. An exchange of a partition that moves
 * anyway for one that its giver keeps moves nothing more, so there is a choice even without that margin.
 *
 * <p>Deterministic: the draw is a fixed function of the changed node's id, and the sums, though of doubles, are made in
 * the same order everywhere.
 */
final class OwnerSwaps {

    /** A ring whose nodes are all this near to their fair replicas is left as it is. */
    private static final double OFF_MAX = 0.04;
    /** So is a difference of as many replicas as one partition has. */
    private static final int OFF_COPIES_MAX = Shares.COPIES;

    private static final double MOVED_MAX = 1.18;
    private static final double MOVED_COST = 0.01;
    private static final double OVERDUE_COST = 1;

    /** Bounds the work: pairs drawn per partition that moves, and steps of walks. */
    private static final int DRAWN_PER_MOVE = 2048;

    private static final long STEPS_MAX = 20_000_000;
    /** Pairs drawn between two looks at whether the ring is even. */
    private static final int DRAWN_PER_LOOK = 256;
    /** If so many draws make the ring cheaper by less than this part, no more are made. */
    private static final int DRAWN_PER_GAIN = 16_384;

    private static final double GAIN_MIN = 0.05;

    private final int[] owners;
    private final Before before;
    private final int mask;
    private final ReplicaTable holders;
    private final double[] fair;
    private final int[] held;
    /** The partitions that move, in no order, and where each partition stands there, or -1. */
    private final int[] moved;

    private final int[] movedAt;
    private final double due;
    private int movedMax;
    private int movedCount;
    private int copiesMoved;
    /** How uneven the replicas are: the sum over the nodes of (held - fair)^2 / fair. */
    private double uneven;

    private long draw;

    /**
     * The ring before the change, in indices of the members after it.
     *
     * @param owners each partition's, {@link Ring#NOBODY} where it is no longer a member
     * @param ownedDue by how much the changed node's fair number of owned partitions differs
     * @param heldDue by how much its fair number of replicas does
     */
    record Before(int[] owners, ReplicaTable holders, double ownedDue, double heldDue) {}

    /** {@code owners} is changed in place. Requires: every partition has an owner. */
    OwnerSwaps(List<RingMember> members, int[] owners, Before before, long changed) {
        this.owners = owners;
        this.before = before;
        this.mask = owners.length - 1;
        this.holders = new ReplicaTable(members, owners);
        this.fair = Shares.held(Shares.of(members));
        this.held = new int[members.size()];
        this.moved = new int[owners.length];
        this.movedAt = new int[owners.length];
        this.due = MOVED_MAX * before.heldDue();
        this.draw = changed;
        Arrays.setAll(fair, i -> fair[i] * owners.length);
        Arrays.fill(movedAt, -1);
        this.uneven = Arrays.stream(fair).sum();
    }

    void run() {
        if (held.length <= Shares.COPIES || !holders.findAll()) {
            return;
        }
        for (int partition = 0; partition < owners.length; partition++) {
            count(partition, 1);
            note(partition);
        }
        movedMax = Math.max(movedCount, (int) (MOVED_MAX * before.ownedDue()));
        long draws = (long) DRAWN_PER_MOVE * movedCount;
        double costAtLook = Double.MAX_VALUE;
        for (long drawn = 0; drawn < draws && holders.stepsAll() < STEPS_MAX; drawn++) {
            if (drawn % DRAWN_PER_LOOK == 0 && even()) {
                return;
            }
            if (drawn % DRAWN_PER_GAIN == 0) {
                if (cost() > costAtLook * (1 - GAIN_MIN)) {
                    return;
                }
                costAtLook = cost();
            }
            // Every other pair has one that moves, as such a pair alone may be free.
            int a = drawn % 2 == 0 ? next(owners.length) : moved[next(movedCount)];
            tryExchange(a, next(owners.length));
        }
    }

    private void tryExchange(int a, int b) {
        if (!allowed(a, b)) {
            return;
        }
        double cost = cost();
        exchange(a, b);
        if (cost() > cost) {
            exchange(a, b);
        }
    }

    private boolean even() {
        if (copiesMoved > due) {
            return false;
        }
        for (int i = 0; i < held.length; i++) {
            if (Math.abs(held[i] - fair[i]) > Math.max(OFF_COPIES_MAX, OFF_MAX * fair[i])) {
                return false;
            }
        }
        return true;
    }

    private double cost() {
        return uneven + MOVED_COST * copiesMoved + OVERDUE_COST * Math.max(0, copiesMoved - due);
    }

    private boolean allowed(int a, int b) {
        int ofA = owners[a];
        int ofB = owners[b];
        if (ofA == ofB) {
            return false;
        }
        int more = moves(a, ofB) + moves(b, ofA) - moves(a, ofA) - moves(b, ofB);
        return movedCount + more <= movedMax;
    }

    private int moves(int partition, int owner) {
        return owner == before.owners()[partition] ? 0 : 1;
    }

    private void exchange(int a, int b) {
        int ofA = owners[a];
        give(a, owners[b]);
        give(b, ofA);
    }

    /** The partitions behind this one, as far as their walks come here, may be held by others now. */
    private void give(int partition, int owner) {
        owners[partition] = owner;
        note(partition);
        for (int distance = 0; distance < owners.length; distance++) {
            int behind = (partition - distance) & mask;
            if (!holders.reaches(behind, distance)) {
                return;
            }
            count(behind, -1);
            holders.find(behind);
            count(behind, 1);
        }
    }

    /** Keeps the list of those that move. */
    private void note(int partition) {
        boolean moves = moves(partition, owners[partition]) > 0;
        int at = movedAt[partition];
        if (moves && at < 0) {
            movedAt[partition] = movedCount;
            moved[movedCount++] = partition;
        } else if (!moves && at >= 0) {
            int last = moved[--movedCount];
            moved[at] = last;
            movedAt[last] = at;
            movedAt[partition] = -1;
        }
    }

    /** Adds or takes away what the holders of a partition hold there. */
    private void count(int partition, int sign) {
        for (int place = 0; place < Shares.COPIES; place++) {
            int holder = holders.at(partition, place);
            if (holder != Ring.NOBODY) {
                uneven += (2 * sign * (held[holder] - fair[holder]) + 1) / fair[holder];
                held[holder] += sign;
                copiesMoved += before.holders().holds(partition, holder) ? 0 : sign;
            }
        }
    }

    /** A number from 0 to {@code bound} - 1: SplitMix64. */
    private int next(int bound) {
        draw += 0x9e3779b97f4a7c15L;
        long mixed = (draw ^ (draw >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return (int) (((mixed ^ (mixed >>> 31)) >>> 33) % bound);
    }
}
