package io.kindred.cluster.transfer;

import io.kindred.cluster.quorum.Route;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Routes over the replicas of all datacenters, for requests whose quorums count all of them. */
public final class WideRoute {
    /** More combinations of changes than that, in several datacenters at once, are written to as pairs of the newest. */
    private static final int SETS_MAX = 8;

    private WideRoute() {}

    /**
     * Those that serve in any of the datacenters serve; where one has several sets of nodes that may serve, a write needs its
     * quorum with each of them, whichever the other datacenters read from.
     *
     * @param all of the key's partition, by datacenter, that of this node first
     */
    public static Route of(byte[] storageKey, List<ServingMap.Nodes> all, long self) {
        List<Long> writers = new ArrayList<>();
        boolean isSettled = true;
        for (ServingMap.Nodes nodes : all) {
            isSettled &= nodes.isSettled();
            for (int i = 0; i < nodes.serving(); i++) {
                writers.add(nodes.writers()[i]);
            }
        }
        int serving = writers.size();
        for (ServingMap.Nodes nodes : all) {
            for (int i = nodes.serving(); i < nodes.writers().length; i++) {
                writers.add(nodes.writers()[i]);
            }
        }
        return new Route(
                storageKey,
                writers.stream().mapToLong(Long::longValue).toArray(),
                serving,
                isSettled ? null : sets(all, writers),
                writers.indexOf(self),
                true);
    }

    private static int[][] sets(List<ServingMap.Nodes> all, List<Long> writers) {
        List<int[]> joined = List.of(new int[0]);
        for (ServingMap.Nodes nodes : all) {
            List<int[]> its = setsOf(nodes, writers);
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
                    .map(place -> writers.indexOf(nodes.writers()[place]))
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
