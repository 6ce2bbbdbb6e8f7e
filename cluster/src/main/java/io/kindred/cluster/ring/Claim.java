package io.kindred.cluster.ring;

import io.kindred.cluster.membership.ChangeRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * From the change records to the ring, as a pure fold: every node with the same records has the same ring, in whatever
 * order they arrived, with no master and no vote.
 *
 * <p>Records are applied one at a time, in their own order. Each moves as little as it can: a join takes partitions from
 * the most loaded, a leave gives them to the least loaded, a replacement is a rename, a weight moves the difference.
 * {@link Rebalance} says how the partitions are chosen, {@link OwnerSwaps} how their replicas are evened out after that.
 */
public final class Claim {

    private Claim() {}

    /** The ring that all these records lead to. A record that is there twice counts once. */
    public static Ring fold(int partitions, Collection<ChangeRecord> records) {
        Ring ring = Ring.empty(partitions);
        for (ChangeRecord record : new TreeSet<>(records)) {
            ring = apply(ring, record);
        }
        return ring;
    }

    /** One step of the fold. A record that changes nothing (a stranger leaves) gives the same ring. */
    public static Ring apply(Ring ring, ChangeRecord record) {
        return switch (record.kind()) {
            case JOIN -> put(ring, memberOf(record));
            case LEAVE, FORGET -> remove(ring, record.subject());
            case REPLACE -> replace(ring, record);
            case WEIGHT -> {
                RingMember member = ring.member(record.subject());
                yield member == null ? ring : put(ring, member.withWeight(record.weight()));
            }
        };
    }

    private static RingMember memberOf(ChangeRecord record) {
        return new RingMember(record.subject(), record.weight(), record.zone(), record.datacenter());
    }

    private static Ring put(Ring ring, RingMember member) {
        List<RingMember> members = new ArrayList<>(ring.members());
        members.removeIf(known -> known.nodeId() == member.nodeId());
        members.add(member);
        return rebalanced(ring, members, member.nodeId());
    }

    private static Ring remove(Ring ring, long nodeId) {
        if (!ring.hasNode(nodeId)) {
            return ring;
        }
        List<RingMember> members = new ArrayList<>(ring.members());
        members.removeIf(known -> known.nodeId() == nodeId);
        // Data must stay somewhere: the last node cannot go.
        return members.isEmpty() ? ring : rebalanced(ring, members, nodeId);
    }

    /** A node that had begun to join gives that up first: it takes the other's place, not one beside it. */
    private static Ring replace(Ring ring, ChangeRecord record) {
        if (record.other() == record.subject() || !ring.hasNode(record.other())) {
            return ring.hasNode(record.subject()) ? ring : put(ring, memberOf(record));
        }
        Ring without = remove(ring, record.subject());
        List<RingMember> members = new ArrayList<>(without.members());
        members.set(without.indexOf(record.other()), memberOf(record));
        Ring renamed = new Ring(members, without.owners());
        return rebalanced(renamed, members, record.subject());
    }

    /** The same owners as far as they are still members, sorted anew, and then the load evened out. */
    private static Ring rebalanced(Ring before, List<RingMember> members, long changed) {
        List<RingMember> sorted = new ArrayList<>(members);
        sorted.sort((a, b) -> Long.compareUnsigned(a.nodeId(), b.nodeId()));
        Ring index = new Ring(sorted, new int[0]);
        int[] renumbered = new int[before.members().size()];
        for (int i = 0; i < renumbered.length; i++) {
            renumbered[i] = index.indexOf(before.members().get(i).nodeId());
        }
        int[] kept = new int[before.partitions()];
        Arrays.setAll(kept, p -> before.owners()[p] == Ring.NOBODY ? Ring.NOBODY : renumbered[before.owners()[p]]);
        int[] owners = kept.clone();
        if (!sorted.isEmpty()) {
            new Rebalance(sorted, owners, changed).run();
            ReplicaTable holders = new ReplicaTable(before.members(), before.owners());
            if (sorted.size() > Shares.COPIES && holders.findAll()) {
                holders.renumber(renumbered);
                double[] due = due(before, index, changed);
                new OwnerSwaps(sorted, owners, new OwnerSwaps.Before(kept, holders, due[0], due[1]), changed).run();
            }
        }
        return new Ring(sorted, owners);
    }

    /** What the node's own share gains or loses: partitions owned, and replicas held. */
    private static double[] due(Ring before, Ring after, long changed) {
        double[] due = new double[2];
        for (Ring ring : List.of(before, after)) {
            int at = ring.indexOf(changed);
            int sign = ring == after ? 1 : -1;
            if (at >= 0) {
                double[] shares = Shares.of(ring.members());
                due[0] += sign * shares[at] * before.partitions();
                due[1] += sign * Shares.held(shares)[at] * before.partitions();
            }
        }
        return new double[] {Math.abs(due[0]), Math.abs(due[1])};
    }
}
