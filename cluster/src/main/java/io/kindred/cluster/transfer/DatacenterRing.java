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
    public BitSet use(DatacenterRecords.Branch branch, Holdings held) {
        history.fold(branch.base(), branch.records());
        BitSet touched = serving.use(history, held);
        boolean allTold = true;
        for (long node : target().nodes()) {
            allTold &= held.holding(node) != null;
        }
        if (allTold && isSettled()) {
            history.settle();
        }
        return touched;
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

    /** Whether every partition is where the target ring has it, and nowhere else. */
    public boolean isSettled() {
        return serving.view().isSettled();
    }

    /** The ring as it is now. */
    public DatacenterView view(String name) {
        return new DatacenterView(name, replicas, target(), serving.view());
    }
}
