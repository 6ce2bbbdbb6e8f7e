package io.kindred.cluster.ring;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * What a change of the ring would move: for each node how many partitions it owns and how many it holds a copy of, before
 * and after, and how many copies it would have to fetch.
 *
 * @param copiesMoved the sum of what is fetched
 * @param fairMove what any way of doing it has to move: the copies of the node that comes or goes
 */
public record Plan(List<Row> rows, long copiesMoved, long fairMove) {

    /** One node's part, of all that are in either ring, by id. */
    public record Row(
            long node, int ownedBefore, int ownedAfter, int copiesBefore, int copiesAfter, int copiesFetched) {}

    /** @param replicas how many copies a partition has */
    public static Plan of(Ring before, Ring after, int replicas) {
        TreeSet<Long> nodes = new TreeSet<>(before.nodes());
        nodes.addAll(after.nodes());
        List<Row> rows = new ArrayList<>();
        long moved = 0;
        long fair = 0;
        for (long node : nodes) {
            Row row = row(node, before, after, replicas);
            rows.add(row);
            moved += row.copiesFetched();
            boolean comesOrGoes = !before.hasNode(node) || !after.hasNode(node);
            fair += comesOrGoes ? Math.max(row.copiesBefore(), row.copiesAfter()) : 0;
        }
        return new Plan(List.copyOf(rows), moved, fair);
    }

    private static Row row(long node, Ring before, Ring after, int replicas) {
        int had = 0;
        int has = 0;
        int fetched = 0;
        for (int partition = 0; partition < Math.max(before.partitions(), after.partitions()); partition++) {
            boolean then = holds(before, partition, node, replicas);
            boolean now = holds(after, partition, node, replicas);
            had += then ? 1 : 0;
            has += now ? 1 : 0;
            fetched += now && !then ? 1 : 0;
        }
        return new Row(node, before.owned(node), after.owned(node), had, has, fetched);
    }

    private static boolean holds(Ring ring, int partition, long node, int replicas) {
        return !ring.isEmpty() && ring.preferenceList(partition, replicas).contains(node);
    }
}
