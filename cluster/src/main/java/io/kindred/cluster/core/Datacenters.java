package io.kindred.cluster.core;

import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.HeldPartitions;
import io.kindred.cluster.ring.Checkpoint;
import io.kindred.cluster.ring.DatacenterRecords;
import io.kindred.cluster.ring.FoldedRing;
import io.kindred.cluster.ring.Replication;
import io.kindred.cluster.ring.Ring;
import io.kindred.cluster.transfer.DatacenterRing;
import io.kindred.cluster.transfer.DatacenterView;
import io.kindred.cluster.transfer.Holdings;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The rings of all datacenters: each holds all data, on a ring of its own members. One of them is home, and serves the
 * requests of this node's clients: that of its own datacenter or, while that has no ring (this node is the first there
 * and not admitted yet, or was the last and has left), the first other one.
 */
final class Datacenters {
    private final int partitions;
    private final Replication replication;
    private final String own;
    private final DatacenterView none;
    private final TreeMap<String, DatacenterRing> rings = new TreeMap<>();

    private Checkpoint checkpoint = Checkpoint.NONE;
    private List<ChangeRecord> split = List.of();
    private SortedMap<String, DatacenterRecords.Branch> branches = Collections.emptySortedMap();
    private List<FoldedRing> stored = List.of();
    private DatacenterView home;
    private List<DatacenterView> byName = List.of();
    /** The home first. */
    private List<DatacenterRing> known = List.of();

    /** @param own the datacenter of this node */
    Datacenters(int partitions, Replication replication, String own) {
        this.partitions = partitions;
        this.replication = replication;
        this.own = own;
        this.none = new DatacenterRing(partitions, replication.in(own), List.of()).view(own);
        this.home = none;
    }

    /** Rings of earlier lives, which spare the folding of what led to them. To be called before {@link #use}. */
    void restore(List<FoldedRing> rings) {
        stored = List.copyOf(rings);
    }

    /** By datacenter, what a start could begin with. */
    SortedMap<String, List<FoldedRing>> folded() {
        TreeMap<String, List<FoldedRing>> folded = new TreeMap<>();
        rings.forEach((name, ring) -> folded.put(name, ring.folded()));
        return folded;
    }

    /** The records that come next are none that those before have led to: all rings begin anew. */
    void forget() {
        rings.clear();
    }

    /** By datacenter, the ring that all records lead to. */
    SortedMap<String, Ring> targets() {
        TreeMap<String, Ring> targets = new TreeMap<>();
        rings.forEach((name, ring) -> targets.put(name, ring.target()));
        return targets;
    }

    /** Whether every partition of every datacenter is where the target ring has it, and nowhere else. */
    boolean isSettled() {
        return rings.values().stream().allMatch(DatacenterRing::isSettled);
    }

    /**
     * The records, or what somebody holds, have changed.
     *
     * @param from what comes before the records
     * @param datacenterOf of a member
     * @return the partitions that this touches, in any datacenter
     */
    BitSet use(Checkpoint from, List<ChangeRecord> since, Holdings held, LongFunction<String> datacenterOf) {
        BitSet touched = new BitSet(partitions);
        if (from != checkpoint || !since.equals(split)) {
            checkpoint = from;
            split = List.copyOf(since);
            branches = DatacenterRecords.split(from, since);
            rings.keySet().retainAll(branches.keySet());
        }
        TreeMap<String, List<Long>> members = new TreeMap<>();
        for (long member : held.members()) {
            members.computeIfAbsent(datacenterOf.apply(member), name -> new ArrayList<>())
                    .add(member);
        }
        branches.forEach((name, its) -> touched.or(rings.computeIfAbsent(
                        name, first -> new DatacenterRing(partitions, replication.in(name), stored))
                .use(its, new Local(members.getOrDefault(name, List.of()), held))));
        String homeName = rings.containsKey(own) || rings.isEmpty() ? own : rings.firstKey();
        List<DatacenterView> views = new ArrayList<>();
        rings.forEach((name, ring) -> views.add(ring.view(name)));
        byName = List.copyOf(views);
        home = byName.stream()
                .filter(ring -> ring.name().equals(homeName))
                .findFirst()
                .orElse(none);
        if (isOther(homeName)) {
            touched.set(0, partitions);
        }
        return touched;
    }

    /** Whether there are other rings than before, or another one is home. */
    private boolean isOther(String homeName) {
        List<DatacenterRing> now = new ArrayList<>();
        if (rings.containsKey(homeName)) {
            now.add(rings.get(homeName));
        }
        rings.values().stream().filter(ring -> !now.contains(ring)).forEach(now::add);
        boolean isOther = !now.equals(known);
        known = now;
        return isOther;
    }

    /** What the members of one datacenter hold. */
    private record Local(List<Long> members, Holdings all) implements Holdings {
        @Override
        public @Nullable HeldPartitions holding(long node) {
            return all.holding(node);
        }
    }

    /** The ring that serves this node's clients. */
    DatacenterView home() {
        return home;
    }

    /** The rings that there are, in the order of the datacenters' names. */
    List<DatacenterView> byName() {
        return byName;
    }
}
