package io.kindred.cluster.transfer;

import io.kindred.cluster.quorum.Route;
import io.kindred.cluster.ring.RecordKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Routes over the replicas of all datacenters, for requests whose quorums count all of them. */
public final class WideRoute {
    /** More combinations of changes than that, in several datacenters at once, are written to as pairs of the newest. */
    private static final int SETS_MAX = 8;

    private WideRoute() {}

    /**
     * Those that serve in any of the datacenters serve, except in one that has yet to fetch the key; where one has several sets of nodes that may serve, a write needs its
     * quorum with each of them, whichever the other datacenters read from.
     *
     * @param all of the key's partition, by datacenter, that of this node first
     */
    public static Route of(RecordKey storageKey, List<ServingMap.Nodes> all, long self) {
        boolean anyHeld = all.stream().anyMatch(ServingMap.Nodes::isHeld);
        List<Long> writers = new ArrayList<>();
        boolean isSettled = true;
        for (ServingMap.Nodes nodes : all) {
            boolean serves = nodes.isHeld() || !anyHeld;
            isSettled &= nodes.isSettled() && serves;
            for (int i = 0; i < nodes.serving() && serves; i++) {
                writers.add(nodes.writers()[i]);
            }
        }
        int serving = writers.size();
        for (ServingMap.Nodes nodes : all) {
            for (long node : nodes.writers()) {
                if (!writers.contains(node)) {
                    writers.add(node);
                }
            }
        }
        return new Route(
                storageKey,
                writers.stream().mapToLong(Long::longValue).toArray(),
                serving,
                isSettled ? null : sets(all, writers, anyHeld),
                writers.indexOf(self),
                true);
    }

    private static int[][] sets(List<ServingMap.Nodes> all, List<Long> writers, boolean anyHeld) {
        List<int[]> joined = List.of(new int[0]);
        for (ServingMap.Nodes nodes : all) {
            List<int[]> its = setsOf(nodes, writers);
            if (anyHeld && !nodes.isHeld()) {
                // Readers do not ask there yet, and soon will.
                its.add(0, new int[0]);
            }
            boolean tooMany = joined.size() * its.size() > SETS_MAX;
            joined = tooMany ? pairs(joined, its) : product(joined, its);
        }
        return joined.toArray(int[][]::new);
    }

    private static List<int[]> setsOf(ServingMap.Nodes nodes, List<Long> writers) {
        List<int[]> sets = new ArrayList<>();
        int[][] changing = nodes.sets();
        if (changing == null) {
            sets.add(Arrays.stream(nodes.writers()).mapToInt(writers::indexOf).toArray());
            return sets;
        }
        for (int[] set : changing) {
            sets.add(Arrays.stream(set)
                    .map(place -> place == Route.GIVEN_UP ? place : writers.indexOf(nodes.writers()[place]))
                    .toArray());
        }
        return sets;
    }

    /** Each with each; the last with the last comes last. */
    private static List<int[]> product(List<int[]> some, List<int[]> others) {
        List<int[]> all = new ArrayList<>();
        for (int[] one : some) {
            for (int[] other : others) {
                all.add(both(one, other));
            }
        }
        return all;
    }

    /** The last with the last, the one before with the one before; where one list ends, its first goes on. */
    private static List<int[]> pairs(List<int[]> some, List<int[]> others) {
        List<int[]> all = new ArrayList<>();
        int size = Math.max(some.size(), others.size());
        for (int back = size - 1; back >= 0; back--) {
            all.add(both(
                    some.get(Math.max(0, some.size() - 1 - back)), others.get(Math.max(0, others.size() - 1 - back))));
        }
        return all;
    }

    private static int[] both(int[] one, int[] other) {
        int[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }
}
