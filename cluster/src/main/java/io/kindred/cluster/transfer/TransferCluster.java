package io.kindred.cluster.transfer;

import io.kindred.cluster.quorum.Clocks;
import java.util.List;

/** What transfers know of the others and of the ring. */
public interface TransferCluster extends Holdings {
    long self();

    ServingView serving();

    String nameOf(long node);

    Clocks clocks();

    /** Whether there is no point in asking this node anything. */
    boolean isGone(long node);

    /** Whether a node is in the target ring. */
    boolean isInRing(long node);

    /** Whether it has left, is through with leaving, and so has given all that it had to those who owned it then. */
    boolean hasDeparted(long node);

    /** The members that may take requests: all but those that are suspected, or have left. */
    List<Long> liveMembers();

    /** Those of {@link #members} that are of the datacenter whose ring this node follows. */
    List<Long> nearMembers();

    /** By other datacenter, the nodes of a partition, where it is held. */
    List<ServingMap.Nodes> elsewhere(int partition);

    /** Whether the newest beat of a node is of the records that this node knows, and of a holding that it has. */
    boolean confirms(long node);

    /**
     * Who served a partition before this node, while that has not met enough of them to count as one of its own replicas;
     * none: it counts.
     */
    List<Long> formers(int partition);

    /** Whether this node was forgotten or replaced: then what it has is not wanted. */
    boolean isForgotten();
}
