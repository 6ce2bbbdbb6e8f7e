package io.kindred.cluster.transfer;

import io.kindred.cluster.ring.DatacenterRecords;
import io.kindred.cluster.ring.FoldedRing;
import io.kindred.cluster.ring.Ring;
import io.kindred.cluster.ring.RingHistory;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** The ring of one datacenter, as it is to be and as it serves meanwhile. */
public final class DatacenterRing {
    private final int replicas;
    private final RingHistory history;
    private final ServingMap serving;

    /**
     * @param replicas how many a partition has in this datacenter
     * @param stored rings of earlier lives
     */
    public DatacenterRing(int partitions, int replicas, List<FoldedRing> stored) {
        this.replicas = replicas;
        this.history = new RingHistory(partitions, stored);
        this.serving = new ServingMap(partitions, replicas);
    }

    /**
     * The records, or what somebody holds, have changed.
     *
     * @param branch of this datacenter
     * @param held by its members
     * @return the partitions that this touches
     */
    public BitSet use(DatacenterRecords.Branch branch, HeldBy held) {
        history.fold(branch.base(), branch.records());
        BitSet touched = serving.use(history, held);
        boolean allTold = true;
        for (long node : target().nodes()) {
            allTold &= held.holding(node) != null;
        }
        if (allTold && serving.unsettled() == 0) {
            history.settle();
        }
        return touched;
    }

    /** How many replicas a partition has here. */
    public int replicas() {
        return replicas;
    }

    /** The ring that all records lead to. */
    public Ring target() {
        return history.target();
    }

    /** What a start could begin with: a ring that spares it the folding, and one that it need not go back behind. */
    public List<FoldedRing> folded() {
        return Stream.of(history.folded(), history.settled())
                .filter(Objects::nonNull)
                .toList();
    }

    public ServingMap serving() {
        return serving;
    }

    /**
     * All nodes of the target ring in the order of the walk from a partition: its replicas first. Shared, and not to be
     * changed.
     */
    public long[] walk(int partition) {
        return target().isEmpty()
                ? new long[0]
                : target().preferenceList(partition, replicas).extended();
    }
}
