package io.kindred.cluster.transfer;

import io.kindred.cluster.membership.HeldPartitions;
import io.kindred.cluster.quorum.Route;
import io.kindred.cluster.ring.Ring;
import io.kindred.cluster.ring.RingHistory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who serves each partition while the ring changes.
 *
 * <p>A partition is served by the newest prefix of the fold whose replicas all hold it; failing that, by whoever does. Its
 * writes go to those; to the replicas of every later prefix, the target last, since each of these sets may be the one that
 * serves next; and to those of every earlier one of which somebody who is to give the partition up has not done so yet:
 * another node may not have heard of a newer one, and still read there.
 */
public final class ServingMap {
    /** Stands for a node that has given the partition up, in the set of an earlier prefix; no node's id. */
    private static final long GIVEN_UP = 0;
    /** So many sets one partition is written to; with more changes than that at once, the newest count. */
    private static final int SETS_MAX = 8;

    private final int replicas;
    /** Anew with every change: {@link #view} gives it away. */
    private Nodes[] nodes;
    /** By partition: the last set that served, all of whose nodes had told that they hold it. */
    private final long[][] proven;

    private final BitSet unsettled;
    /** What the nodes were computed of. */
    private List<Ring> known = List.of();

    private HoldingsThen then = HoldingsThen.NOBODY;

    /**
     * The nodes of one partition.
     *
     * @param writers those that serve first
     * @param serving how many serve
     * @param sets as {@link io.kindred.cluster.quorum.Route} has them
     * @param target the replicas by all records
     * @param isHeld whether those that serve hold it; else nobody does, and they have yet to fetch it
     */
    @SuppressWarnings("ArrayRecordComponent") // Identity is never asked of it.
    public record Nodes(long[] writers, int serving, int @Nullable [][] sets, long[] target, boolean isHeld) {
        static final Nodes NOBODY = settled(new long[0], false);

        static Nodes settled(long[] replicas, boolean isHeld) {
            return new Nodes(replicas, replicas.length, null, replicas, isHeld);
        }

        public boolean isSettled() {
            return sets == null;
        }
    }

    /** @param replicas how many a partition has */
    public ServingMap(int partitions, int replicas) {
        this.replicas = replicas;
        this.nodes = new Nodes[partitions];
        Arrays.fill(nodes, Nodes.NOBODY);
        this.proven = new long[partitions][0];
        this.unsettled = new BitSet(partitions);
    }

    /** Who serves now. */
    public ServingView view() {
        return new ServingView(nodes, unsettled.cardinality());
    }

    /**
     * The records, or what somebody holds, have changed.
     *
     * @return the partitions that this touches; what concerns the others is as it was
     */
    public BitSet use(RingHistory history, Holdings held) {
        HoldingsThen now = HoldingsThen.of(held, history.nodes());
        List<Ring> rings = history.rings();
        BitSet touched = new BitSet(nodes.length);
        if (rings != known || !now.addDifferences(then, touched)) {
            touched.set(0, nodes.length);
        }
        known = rings;
        then = now;
        nodes = touched.isEmpty() ? nodes : nodes.clone();
        for (int partition = touched.nextSetBit(0); partition >= 0; partition = touched.nextSetBit(partition + 1)) {
            if (history.target().isEmpty()) {
                nodes[partition] = Nodes.NOBODY;
                unsettled.clear(partition);
            } else {
                use(history, now, partition);
            }
        }
        return touched;
    }

    private void use(RingHistory history, Holdings held, int partition) {
        long[] owners = history.target().preferenceList(partition, replicas).ids();
        int told = 0;
        boolean all = true;
        for (long owner : owners) {
            HeldPartitions holding = held.holding(owner);
            all &= holding == null || holding.holds(partition);
            told += holding != null && holding.holds(partition) ? 1 : 0;
        }
        boolean elsewhere = holders(held, partition) > told;
        boolean isSettled = all && !elsewhere;
        unsettled.set(partition, !isSettled);
        nodes[partition] = isSettled ? Nodes.settled(owners, true) : changing(history, held, partition, owners, all);
        if (told == owners.length) {
            proven[partition] = owners;
        } else if (!nodes[partition].isSettled()) {
            prove(held, partition);
        }
    }

    /** How many members have told that they hold it. */
    private static int holders(Holdings held, int partition) {
        int count = 0;
        List<Long> members = held.members();
        for (int i = 0; i < members.size(); i++) {
            HeldPartitions holding = held.holding(members.get(i));
            count += holding != null && holding.holds(partition) ? 1 : 0;
        }
        return count;
    }

    private Nodes changing(RingHistory history, Holdings held, int partition, long[] owners, boolean targetServes) {
        List<long[]> sets = new ArrayList<>();
        int serving = 0;
        boolean isHeld = true;
        if (targetServes) {
            sets.add(owners);
        } else {
            int newest = newestHeld(history, held, partition, owners);
            serving = notOlder(newest, history, held, partition, owners);
            long[] others = serving > 0 ? ids(history, serving, partition) : whoever(history, held, partition);
            isHeld = others.length > 0;
            // Where nobody holds it the owners serve: they have nothing to ask anyone here for.
            sets.add(isHeld ? others : owners);
        }
        addEarlier(sets, history, held, partition, serving);
        for (int back = Math.min(serving - 1, SETS_MAX); back > 0; back--) {
            add(sets, ids(history, back, partition));
        }
        add(sets, owners);
        return nodes(sets, owners, isHeld);
    }

    /** Those sets before the one that serves in which somebody may still read what the target's alone do not have. */
    private void addEarlier(List<long[]> sets, RingHistory history, Holdings held, int partition, int serving) {
        long[] owners = history.target().preferenceList(partition, replicas).ids();
        for (int back = Math.max(serving, 0) + 1; back <= history.before() && sets.size() < SETS_MAX; back++) {
            long[] ids = ids(history, back, partition).clone();
            boolean isRead = false;
            for (int i = 0; i < ids.length; i++) {
                boolean holds = mayHold(held, ids[i], partition);
                isRead |= holds && !contains(owners, ids[i]);
                ids[i] = holds || contains(owners, ids[i]) ? ids[i] : GIVEN_UP;
            }
            if (isRead) {
                add(sets, ids);
            }
        }
    }

    private static boolean mayHold(Holdings held, long node, int partition) {
        HeldPartitions holding = held.holding(node);
        return (holding == null || holding.holds(partition)) && held.members().contains(node);
    }

    private static boolean contains(long[] nodes, long node) {
        for (long each : nodes) {
            if (each == node) {
                return true;
            }
        }
        return false;
    }

    private void prove(Holdings held, int partition) {
        Nodes now = nodes[partition];
        for (int i = 0; i < now.serving(); i++) {
            HeldPartitions holding = held.holding(now.writers()[i]);
            if (holding == null || !holding.holds(partition)) {
                return;
            }
        }
        proven[partition] = Arrays.copyOf(now.writers(), now.serving());
    }

    /** How many changes back the newest replicas lie that all hold it, and have changed since; -1: there are none. */
    private int newestHeld(RingHistory history, Holdings held, int partition, long[] owners) {
        for (int back = 1; back <= history.before(); back++) {
            long[] ids = ids(history, back, partition);
            if (ids.length > 0 && !Arrays.equals(ids, owners) && allHold(held, ids, partition)) {
                return back;
            }
        }
        return -1;
    }

    /**
     * Who served last, and had told so, goes on where one of those has given the partition up: by then a newer set held it,
     * only that has not been heard of here yet. An older set must not serve again, since nobody writes to it.
     */
    private int notOlder(int former, RingHistory history, Holdings held, int partition, long[] owners) {
        long[] served = proven[partition];
        int newest = former > 0 ? former - 1 : history.before();
        for (int back = 1; back <= newest; back++) {
            if (served.length > 0
                    && Arrays.equals(ids(history, back, partition), served)
                    && holdOrGaveUp(held, served, partition, owners)) {
                return back;
            }
        }
        return former;
    }

    /** Whether those that do not hold it are members that do not own it. */
    private static boolean holdOrGaveUp(Holdings held, long[] ids, int partition, long[] owners) {
        for (long id : ids) {
            HeldPartitions holding = held.holding(id);
            boolean gaveUp = !contains(owners, id) && held.members().contains(id);
            if (holding != null && !holding.holds(partition) && !gaveUp) {
                return false;
            }
        }
        return true;
    }

    private static boolean allHold(Holdings held, long[] ids, int partition) {
        for (long id : ids) {
            HeldPartitions holding = held.holding(id);
            if (holding != null && !holding.holds(partition)) {
                return false;
            }
        }
        return true;
    }

    private long[] ids(RingHistory history, int back, int partition) {
        Ring ring = history.back(back);
        return ring.isEmpty()
                ? new long[0]
                : ring.preferenceList(partition, replicas).ids();
    }

    /**
     * Those who hold it, and of its owners those who may, for they have told nothing since this node's start; in the order
     * of the walk.
     */
    private long[] whoever(RingHistory history, Holdings held, int partition) {
        long[] found = new long[replicas];
        int size = 0;
        List<Long> order = new ArrayList<>();
        for (long id : history.target().preferenceList(partition, replicas).extended()) {
            order.add(id);
        }
        for (long member : held.members()) {
            if (!history.target().hasNode(member)) {
                order.add(member);
            }
        }
        long[] owners = history.target().preferenceList(partition, replicas).ids();
        for (long id : order) {
            HeldPartitions holding = held.holding(id);
            boolean may = holding == null ? contains(owners, id) : holding.holds(partition);
            if (size < found.length && may) {
                found[size++] = id;
            }
        }
        return Arrays.copyOf(found, size);
    }

    private static void add(List<long[]> sets, long[] set) {
        if (set.length > 0 && sets.stream().noneMatch(known -> Arrays.equals(known, set))) {
            sets.add(set);
        }
    }

    private static Nodes nodes(List<long[]> sets, long[] target, boolean isHeld) {
        long[] serving = sets.get(0);
        if (sets.size() == 1) {
            // A former holder is left that no prefix knows of: it gives the partition up by itself.
            return Nodes.settled(serving, isHeld);
        }
        List<Long> writers = new ArrayList<>();
        int[][] places = new int[sets.size()][];
        for (int set = 0; set < places.length; set++) {
            long[] ids = sets.get(set);
            places[set] = new int[ids.length];
            for (int i = 0; i < ids.length; i++) {
                if (ids[i] != GIVEN_UP && !writers.contains(ids[i])) {
                    writers.add(ids[i]);
                }
                places[set][i] = ids[i] == GIVEN_UP ? Route.GIVEN_UP : writers.indexOf(ids[i]);
            }
        }
        if (Arrays.equals(serving, target)) {
            // Readers ask the first set, and writers need to know which one the target is: it is the last.
            int[] first = places[0];
            System.arraycopy(places, 1, places, 0, places.length - 1);
            places[places.length - 1] = first;
        }
        long[] all = writers.stream().mapToLong(Long::longValue).toArray();
        return new Nodes(all, serving.length, places, target, isHeld);
    }
}
