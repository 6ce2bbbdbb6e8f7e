package io.kindred.cluster.transfer;

import io.kindred.cluster.ring.Ring;

/**
 * The ring of one datacenter, at one moment. Immutable.
 *
 * @param replicas how many a partition has here
 * @param target the ring that all records lead to
 * @param serving who serves meanwhile
 */
public record DatacenterView(String name, int replicas, Ring target, ServingView serving) {
    /**
     * All nodes of the target ring in the order of the walk from a partition: its replicas first. Shared, and not to be
     * changed.
     */
    public long[] walk(int partition) {
        return target.isEmpty()
                ? new long[0]
                : target.preferenceList(partition, replicas).extended();
    }
}
