package io.kindred.cluster.version;

/**
 * How far this node's own counters have come in each partition, as far as containers that it has dropped knew.
 *
 * <p>A container that is handed over or reaped takes its clock along. Were its key then written here again, counters
 * would start anew and name two values by one dot. So the partition's floor is raised to the container's own counter,
 * durably, before the container goes, and {@link VersionVector#nextCounter} stays above it.
 *
 * <p>Owned by: one thread.
 */
public final class Floors {

    private final long[] floors;

    public Floors(int partitions) {
        this.floors = new long[partitions];
    }

    /** The highest counter that a dropped container of the partition had of this node; 0 for none. */
    public long floor(int partition) {
        return floors[partition];
    }

    /** True if that raised the floor: the caller makes it durable before it drops anything. */
    public boolean raise(int partition, long counter) {
        if (counter <= floors[partition]) {
            return false;
        }
        floors[partition] = counter;
        return true;
    }
}
