package io.kindred.cluster.transfer;

import io.kindred.cluster.membership.HeldPartitions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Who has what of a partition, as far as this node knows, and whether enough of them have been met. It changes nothing. */
final class PartitionSources {
    private final TransferCluster in;
    private final OwnPartitions own;
    private final FormerOwners formers;

    PartitionSources(TransferCluster in, OwnPartitions own, FormerOwners formers) {
        this.in = in;
        this.own = own;
        this.formers = formers;
    }

    /**
     * Whether it was exchanged with so many of those who serve it that every write which a majority of them has, and every
     * term that a majority has granted, is at one of them.
     */
    boolean hasMetEnough(int partition, List<Long> formers, Set<Long> with) {
        int others = 0;
        int met = 0;
        for (long node : formers) {
            met += with.contains(node) ? 1 : 0;
            others += node == in.self() || !mayHaveMore(node) ? 0 : 1;
        }
        // Of all that there were: who is not among those that serve any more may have had the only other copy.
        int all = Math.max(formers.size(), in.serving().of(partition).target().length);
        int readable = formers.isEmpty() ? 0 : all - all / 2;
        return met >= Math.min(readable, others);
    }

    /** Who was cast out never comes back, and who has departed has given the owners what it had. */
    private boolean mayHaveMore(long node) {
        return in.members().contains(node) && !in.hasDeparted(node);
    }

    /** Nobody, where nobody holds it. */
    List<Long> servingNow(int partition) {
        ServingMap.Nodes nodes = in.serving().of(partition);
        return nodes.isHeld()
                ? Arrays.stream(nodes.writers()).limit(nodes.serving()).boxed().toList()
                : List.of();
    }

    /**
     * Whether none of these has anything of a partition but for its owners and holders: who gave it up has deleted it only
     * behind an exchange with each owner. Where that is true of all members, all that there is of it is at those who own or
     * hold it now.
     */
    boolean haveNothing(int partition, List<Long> nodes) {
        long[] owners = in.serving().of(partition).target();
        boolean all = true;
        for (long node : nodes) {
            HeldPartitions holding = in.holding(node);
            boolean holds = holding != null && holding.holds(partition);
            boolean hasTold = holding != null && formers.isEmptied(partition, node);
            all &= node == in.self() || contains(owners, node) || holds || hasTold || !mayHaveMore(node);
        }
        return all;
    }

    /** Who has given it up since it was taken over here keeps it until all owners have what it had, this one too. */
    List<Long> holdersAndFormers(int partition) {
        List<Long> all = holders(partition);
        for (long former : in.formers(partition)) {
            if (former != in.self() && !all.contains(former) && in.members().contains(former)) {
                all.add(former);
            }
        }
        return all;
    }

    /** Those of this datacenter; where it has none, as when it is new, those of the others. */
    List<Long> holders(int partition) {
        List<Long> near = holders(partition, in.nearMembers());
        return near.isEmpty() ? holders(partition, in.members()) : near;
    }

    private List<Long> holders(int partition, List<Long> members) {
        List<Long> holders = new ArrayList<>();
        for (long member : members) {
            HeldPartitions holding = in.holding(member);
            if (member != in.self() && holding != null && holding.holds(partition)) {
                holders.add(member);
            }
        }
        return holders;
    }

    /**
     * Whether a partition that was exchanged with all live holders has all that was acknowledged: every write that W of
     * the serving set have is at one of any N - W + 1 of them. Those that are away and no longer in the ring are not
     * waited for, nor are those that have given it up. Whoever has told nothing yet may hold it: what a restart has
     * forgotten makes nobody's copy less needed.
     */
    boolean isEnough(int partition, List<Long> holders, Set<Long> with) {
        if (own.isDoubted() && !isEnoughInDoubt(partition, with)) {
            return false;
        }
        if (holders.isEmpty()) {
            return everyoneHasTold();
        }
        ServingMap.Nodes near = in.serving().of(partition);
        boolean isNear = sources(partition, near) > 0
                || !holders(partition, in.nearMembers()).isEmpty();
        List<ServingMap.Nodes> sets = isNear ? List.of(near) : in.elsewhere(partition);
        return !with.isEmpty() && (sets.isEmpty() || sets.stream().anyMatch(nodes -> isEnough(partition, nodes, with)));
    }

    private boolean isEnough(int partition, ServingMap.Nodes nodes, Set<Long> with) {
        int have = 0;
        for (int i = 0; i < nodes.serving(); i++) {
            have += with.contains(nodes.writers()[i]) ? 1 : 0;
        }
        int readable = nodes.serving() - (nodes.serving() / 2 + 1) + 1;
        return have >= Math.min(readable, sources(partition, nodes));
    }

    /** All others that may have something of it: whoever has found less than it had holds nothing, and has the most of it. */
    List<Long> withOwners(int partition, List<Long> holders) {
        List<Long> sources = new ArrayList<>(holders);
        for (long owner : in.serving().of(partition).target()) {
            if (owner != in.self() && !sources.contains(owner)) {
                sources.add(owner);
            }
        }
        return sources;
    }

    /**
     * Where this node is one of the W that had a write, and has lost it, the others of these are any N - W of the other owners
     * and one more. That many of those that hold it must have been there, or as many as may hold it.
     */
    private boolean isEnoughInDoubt(int partition, Set<Long> with) {
        int have = 0;
        int others = 0;
        long[] owners = in.serving().of(partition).target();
        for (long owner : owners) {
            if (owner != in.self() && (mayHold(owner, partition) || hasNotTold(owner))) {
                others++;
                have += with.contains(owner) ? 1 : 0;
            }
        }
        int readable = owners.length - (owners.length / 2 + 1) + 1;
        return have >= Math.min(readable, others);
    }

    /** A member that this node has not heard of since it has lost what it knew may hold anything. */
    private boolean hasNotTold(long node) {
        HeldPartitions holding = in.holding(node);
        return in.members().contains(node) && (holding == null || holding.version() == HeldPartitions.NONE);
    }

    /** How many others of those that serve it can be waited for. */
    private int sources(int partition, ServingMap.Nodes nodes) {
        int count = 0;
        for (int i = 0; i < nodes.serving(); i++) {
            long node = nodes.writers()[i];
            boolean isLost = in.isGone(node) && !in.isInRing(node);
            count += node == in.self() || isLost || !mayHold(node, partition) ? 0 : 1;
        }
        return count;
    }

    private boolean mayHold(long node, int partition) {
        HeldPartitions holding = in.holding(node);
        return (holding == null || holding.holds(partition)) && in.members().contains(node);
    }

    /** Nobody holds it: the ring is new, or those who did are forgotten. But that must be known for sure. */
    private boolean everyoneHasTold() {
        for (long member : in.members()) {
            HeldPartitions holding = in.holding(member);
            if (member != in.self() && (holding == null || holding.version() == HeldPartitions.NONE)) {
                return false;
            }
        }
        return true;
    }

    /** Whether this node stands in one of the sets in which a write must have W. It may stand there without ever owning. */
    boolean takesWrites(int partition) {
        return contains(in.serving().of(partition).writers(), in.self());
    }

    boolean isHeldByAll(int partition) {
        long[] target = in.serving().of(partition).target();
        for (long owner : target) {
            HeldPartitions holding = in.holding(owner);
            if (holding == null || !holding.holds(partition) || !in.confirms(owner)) {
                return false;
            }
        }
        return target.length > 0;
    }

    static boolean contains(long[] nodes, long node) {
        for (long each : nodes) {
            if (each == node) {
                return true;
            }
        }
        return false;
    }
}
