package io.kindred.cluster.transfer;

/** Who serves each partition of one datacenter, at one moment. Immutable. */
public final class ServingView {
    private final ServingMap.Nodes[] nodes;
    private final int unsettled;

    /** @param nodes handed over: nobody changes it any more */
    ServingView(ServingMap.Nodes[] nodes, int unsettled) {
        this.nodes = nodes;
        this.unsettled = unsettled;
    }

    public ServingMap.Nodes of(int partition) {
        return nodes[partition];
    }

    /** How many partitions are not yet where the target ring has them, or still somewhere else as well. */
    public int unsettled() {
        return unsettled;
    }

    /** Whether every partition is where the target ring has it, and nowhere else. */
    public boolean isSettled() {
        return unsettled == 0;
    }
}
