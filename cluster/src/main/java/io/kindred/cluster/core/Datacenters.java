package io.kindred.cluster.core;

import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Holding;
import io.kindred.cluster.ring.Checkpoint;
import io.kindred.cluster.ring.DatacenterRecords;
import io.kindred.cluster.ring.FoldedRing;
import io.kindred.cluster.ring.Replication;
import io.kindred.cluster.ring.Ring;
import io.kindred.cluster.ring.RingMember;
import io.kindred.cluster.transfer.DatacenterRing;
import io.kindred.cluster.transfer.HeldBy;
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
    private final DatacenterRing none;
    private final TreeMap<String, DatacenterRing> rings = new TreeMap<>();
    /** What hints and debts for a datacenter are filed under, as if it were a node. */
    private final TreeMap<Long, String> names = new TreeMap<>();

    private Checkpoint checkpoint = Checkpoint.NONE;
    private List<ChangeRecord> split = List.of();
    private SortedMap<String, DatacenterRecords.Branch> branches = Collections.emptySortedMap();
    private List<FoldedRing> stored = List.of();
    private DatacenterRing home;
    private String homeName;
    private long[] remotes = new long[0];

    /** @param own the datacenter of this node */
    Datacenters(int partitions, Replication replication, String own) {
        this.partitions = partitions;
        this.replication = replication;
        this.own = own;
        this.none = new DatacenterRing(partitions, replication.in(own), List.of());
        this.home = none;
        this.homeName = own;
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
        return rings.values().stream().allMatch(ring -> ring.serving().isSettled());
    }

    /**
     * The records, or what somebody holds, have changed.
     *
     * @param from what comes before the records
     * @param datacenterOf of a member
     * @return the partitions that this touches, in any datacenter
     */
    BitSet use(Checkpoint from, List<ChangeRecord> since, HeldBy held, LongFunction<String> datacenterOf) {
        BitSet touched = new BitSet(partitions);
        List<DatacenterRing> before = all();
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
        homeName = rings.containsKey(own) || rings.isEmpty() ? own : rings.firstKey();
        home = rings.getOrDefault(homeName, none);
        names.clear();
        rings.keySet().forEach(name -> names.put(DatacenterRecords.idOf(name), name));
        long homeId = DatacenterRecords.idOf(homeName);
        remotes = names.keySet().stream()
                .filter(id -> id != homeId)
                .mapToLong(Long::longValue)
                .toArray();
        if (!all().equals(before)) {
            touched.set(0, partitions);
        }
        return touched;
    }

    /** What the members of one datacenter hold. */
    private record Local(List<Long> members, HeldBy all) implements HeldBy {
        @Override
        public @Nullable Holding holding(long node) {
            return all.holding(node);
        }
    }

    /** The ring that serves this node's clients. */
    DatacenterRing home() {
        return home;
    }

    /** The datacenter whose ring that is. */
    String homeName() {
        return homeName;
    }

    /** The ring of the datacenter of that name, or an empty one. */
    DatacenterRing ring(String name) {
        return rings.getOrDefault(name, none);
    }

    /** The home first. */
    List<DatacenterRing> all() {
        List<DatacenterRing> all = new ArrayList<>();
        all.add(home);
        for (DatacenterRing ring : rings.values()) {
            if (ring != home) {
                all.add(ring);
            }
        }
        return all;
    }

    List<String> names() {
        return List.copyOf(rings.keySet());
    }

    /** All but the home, as {@link DatacenterRecords#idOf} has them. Shared, and not to be changed. */
    long[] remotes() {
        return remotes;
    }

    /** The ring that {@link DatacenterRecords#idOf} stands for; null: it stands for none. */
    @Nullable
    DatacenterRing byId(long id) {
        String name = names.get(id);
        return name == null ? null : rings.get(name);
    }

    @Nullable
    String nameOf(long id) {
        return names.get(id);
    }

    boolean hasNode(long node) {
        for (DatacenterRing ring : rings.values()) {
            if (ring.target().hasNode(node)) {
                return true;
            }
        }
        return false;
    }

    /** What the records say of a node; null: it is in no ring. */
    @Nullable
    RingMember member(long node) {
        for (DatacenterRing ring : rings.values()) {
            if (ring.target().hasNode(node)) {
                return ring.target().member(node);
            }
        }
        return null;
    }

    /** All nodes of all rings. */
    List<Long> nodes() {
        List<Long> nodes = new ArrayList<>();
        for (DatacenterRing ring : rings.values()) {
            for (long node : ring.target().nodes()) {
                nodes.add(node);
            }
        }
        return nodes;
    }
}
