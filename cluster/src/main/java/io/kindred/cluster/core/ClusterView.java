package io.kindred.cluster.core;

import io.kindred.cluster.quorum.Route;
import io.kindred.cluster.ring.DatacenterRecords;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.ring.Ring;
import io.kindred.cluster.ring.RingMember;
import io.kindred.cluster.transfer.DatacenterView;
import io.kindred.cluster.transfer.ServingMap;
import io.kindred.cluster.transfer.ServingView;
import io.kindred.cluster.transfer.WideRoute;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The rings of all datacenters, at one moment: who owns each partition, who serves it, and where that leaves this node.
 * Immutable: {@link RingRouter} publishes another one whenever the records, or what somebody holds, have changed.
 *
 * <p>What is <em>home</em> serves the requests of this node's clients: see {@link Datacenters}. Arrays that it gives away are
 * shared, and not to be changed.
 */
final class ClusterView {
    private final long self;
    private final DatacenterView home;
    /** The home first. */
    private final List<DatacenterView> all;
    /** Those that have a ring, in the order of their names. */
    private final List<DatacenterView> byName;
    /** What hints and debts for a datacenter are filed under, as if it were a node. */
    private final TreeMap<Long, DatacenterView> byId = new TreeMap<>();

    private final long[] remotes;
    /** By partition: this node's place among those that take its writes, or -1. */
    private final int[] selfIn;
    /** By partition: stands for the sets of nodes that a write must reach, whatever their order. */
    private final long[] prints;

    private final Heard heard;
    private final boolean alone;

    /**
     * What the members have told.
     *
     * @param newestRecord the stamp of the newest change record
     * @param holders the nodes that hold something, in the ring or not
     */
    record Heard(long newestRecord, Set<Long> holders) {}

    private ClusterView(
            long self, DatacenterView home, List<DatacenterView> byName, int[] selfIn, long[] prints, Heard heard) {
        this.self = self;
        this.home = home;
        this.byName = byName;
        this.selfIn = selfIn;
        this.prints = prints;
        this.heard = heard;
        byName.forEach(ring -> byId.put(DatacenterRecords.idOf(ring.name()), ring));
        List<DatacenterView> homeFirst = new ArrayList<>(byName);
        homeFirst.removeIf(ring -> ring == home);
        homeFirst.add(0, home);
        all = List.copyOf(homeFirst);
        long homeId = DatacenterRecords.idOf(home.name());
        remotes = byId.keySet().stream()
                .filter(id -> id != homeId)
                .mapToLong(Long::longValue)
                .toArray();
        alone = ring().members().size() == 1 && remotes.length == 0 && serving().isSettled();
    }

    /** Before anything is known of the ring. */
    static ClusterView empty(int partitions, long self, DatacenterView home) {
        int[] nowhere = new int[partitions];
        Arrays.fill(nowhere, -1);
        return new ClusterView(self, home, List.of(), nowhere, new long[partitions], new Heard(0, Set.of()));
    }

    /** That after this one, which differs from it in the partitions that were touched. */
    ClusterView next(Datacenters folded, BitSet touched, Heard heard) {
        int[] places = selfIn.clone();
        long[] printed = prints.clone();
        ServingView serving = folded.home().serving();
        for (int partition = touched.nextSetBit(0); partition >= 0; partition = touched.nextSetBit(partition + 1)) {
            places[partition] = placeOf(self, serving.of(partition).writers());
            printed[partition] = RingPrint.of(serving.of(partition));
        }
        return new ClusterView(self, folded.home(), folded.byName(), places, printed, heard);
    }

    static int placeOf(long node, long[] ids) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] == node) {
                return i;
            }
        }
        return -1;
    }

    // --- the ring of the home datacenter ---

    /** The ring that all records lead to, in the home datacenter. */
    Ring ring() {
        return home.target();
    }

    /** The ring that serves this node's clients. */
    DatacenterView home() {
        return home;
    }

    ServingView serving() {
        return home.serving();
    }

    /** Whether this ring has one node, in one datacenter, and no data is on its way. */
    boolean isAlone() {
        return alone;
    }

    Route routeOf(RecordKey key) {
        int partition = key.partition();
        ServingMap.Nodes nodes = serving().of(partition);
        return new Route(key, nodes.writers(), nodes.serving(), nodes.sets(), selfIn[partition], false);
    }

    /** Whether this node takes a partition's writes. */
    boolean takesWrites(int partition) {
        return selfIn[partition] >= 0;
    }

    /** The replicas that all records lead to. */
    long[] target(int partition) {
        return serving().of(partition).target();
    }

    /** The nodes that take a partition's writes, those that serve first. */
    long[] writers(int partition) {
        return serving().of(partition).writers();
    }

    /** The nodes that answer for a partition. */
    long[] servers(int partition) {
        ServingMap.Nodes nodes = serving().of(partition);
        return nodes.isSettled() ? nodes.writers() : Arrays.copyOf(nodes.writers(), nodes.serving());
    }

    /** Those that take a partition's writes, and then all others in the order of the walk. */
    long[] walk(int partition) {
        ServingMap.Nodes nodes = serving().of(partition);
        long[] extended = home.walk(partition);
        return nodes.isSettled() ? extended : extend(nodes.writers(), extended);
    }

    /** Stands for the sets of nodes that a write must reach, whatever their order. */
    long print(int partition) {
        return prints[partition];
    }

    /** The stamp of the newest change record. */
    long newestRecord() {
        return heard.newestRecord();
    }

    /** Whether a node has told that it holds something, or has told nothing yet. */
    boolean mayHold(long node) {
        return heard.holders().contains(node);
    }

    // --- all datacenters ---

    /** The home first. */
    List<DatacenterView> all() {
        return all;
    }

    List<String> names() {
        return byName.stream().map(DatacenterView::name).toList();
    }

    /** All but the home, as {@link DatacenterRecords#idOf} has them. */
    long[] remotes() {
        return remotes;
    }

    /** The ring that {@link DatacenterRecords#idOf} stands for; null: it stands for none. */
    @Nullable
    DatacenterView byId(long id) {
        return byId.get(id);
    }

    /** Whether a node is in the ring of any datacenter. */
    boolean hasNode(long node) {
        return ringOf(node) != null;
    }

    /** What the records say of a node; null: it is in no ring. */
    @Nullable
    RingMember member(long node) {
        DatacenterView ring = ringOf(node);
        return ring == null ? null : ring.target().member(node);
    }

    /** The datacenter in whose ring a node is; null: in none. */
    @Nullable
    DatacenterView ringOf(long node) {
        for (int i = 0; i < byName.size(); i++) {
            if (byName.get(i).target().hasNode(node)) {
                return byName.get(i);
            }
        }
        return null;
    }

    /** All nodes of all rings. */
    List<Long> nodes() {
        List<Long> nodes = new ArrayList<>();
        for (DatacenterView ring : byName) {
            nodes.addAll(ring.target().nodes());
        }
        return nodes;
    }

    /** The nodes of another datacenter that take a partition's writes. */
    long[] writersIn(long datacenter, int partition) {
        DatacenterView ring = byId(datacenter);
        return ring == null ? new long[0] : ring.serving().of(partition).writers();
    }

    /** All nodes of another datacenter, in the order of the walk from a partition. */
    long[] walkIn(long datacenter, int partition) {
        DatacenterView ring = byId(datacenter);
        return ring == null ? new long[0] : ring.walk(partition);
    }

    /** The route of a request that all datacenters take part in, those of this one first. */
    Route wide(Route local) {
        if (remotes.length == 0) {
            return local;
        }
        List<ServingMap.Nodes> nodes = new ArrayList<>();
        for (DatacenterView ring : all) {
            nodes.add(ring.serving().of(local.storageKey().partition()));
        }
        return WideRoute.of(local.storageKey(), nodes, self);
    }

    /** The nodes that take a partition's writes in any datacenter, those of this one first. */
    long[] everywhere(int partition) {
        long[] nodes = writers(partition);
        for (long id : remotes) {
            nodes = extend(nodes, writersIn(id, partition));
        }
        return nodes;
    }

    /** The replicas that all records lead to, in every datacenter. */
    long[] targetEverywhere(int partition) {
        long[] nodes = target(partition);
        for (long id : remotes) {
            DatacenterView ring = byId(id);
            nodes = ring == null
                    ? nodes
                    : extend(nodes, ring.serving().of(partition).target());
        }
        return nodes;
    }

    /** The nodes of other datacenters that answer for a partition and hold it. */
    long[] far(int partition) {
        long[] nodes = new long[0];
        for (ServingMap.Nodes its : elsewhere(partition)) {
            nodes = extend(nodes, Arrays.copyOf(its.writers(), its.serving()));
        }
        return nodes;
    }

    /** By other datacenter, the nodes of a partition, where it is held. */
    List<ServingMap.Nodes> elsewhere(int partition) {
        List<ServingMap.Nodes> nodes = new ArrayList<>();
        for (long id : remotes) {
            DatacenterView ring = byId(id);
            if (ring != null && ring.serving().of(partition).isHeld()) {
                nodes.add(ring.serving().of(partition));
            }
        }
        return nodes;
    }

    private static long[] extend(long[] first, long[] then) {
        long[] nodes = Arrays.copyOf(first, first.length + then.length);
        int size = first.length;
        for (long node : then) {
            if (placeOf(node, first) < 0) {
                nodes[size++] = node;
            }
        }
        return Arrays.copyOf(nodes, size);
    }
}
