package io.kindred.cluster.keyspace;

import java.util.List;

/** Which nodes hold which partition, and which of them to ask. */
public interface PartitionMap {
    int partitions();

    long self();

    /** The partition's replicas in the order of the preference list. Shared, not to be changed. */
    long[] replicas(int partition);

    boolean avoids(long node);

    /** The nodes of the ring that are not avoided, this one among them. */
    List<Long> liveNodes();
}
