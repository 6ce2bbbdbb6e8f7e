package io.kindred.cluster.keyspace;

import java.util.List;

/** Which nodes hold which partition, and which of them to ask. */
public interface PartitionMap {
    int partitions();

    long self();

    /** The nodes that answer for a partition, in the order of the preference list. Shared, not to be changed. */
    long[] serving(int partition);

    /** The nodes that take a partition's writes: those that answer for it, and those that will or just did. Shared. */
    long[] replicas(int partition);

    /** Whether this node has reason to keep records of a partition. */
    boolean keeps(int partition);

    /** Whether there may be records of a partition here already. */
    boolean mayHaveRecords(int partition);

    boolean avoids(long node);

    /** The nodes of all datacenters that are not gone, this one among them. */
    List<Long> liveNodes();

    /** The nodes that take a partition's writes in any datacenter, those of this one first. Not to be changed. */
    long[] everywhere(int partition);

    /**
     * Whom to give what a node, or a datacenter, is owed of a partition.
     *
     * @return 0: nobody can take it just now
     */
    long receiver(long intended, int partition);

    /** Whether a node, or a datacenter, has a part in a partition. */
    boolean hasPart(long intended, int partition);
}
