package io.kindred.cluster.ring;

/**
 * A node that may own partitions.
 *
 * @param weight its share, relative to the others'
 * @param zone empty for none: such a node shares its fate with no other
 * @param datacenter empty for none
 */
public record RingMember(long nodeId, double weight, String zone, String datacenter) {

    RingMember withWeight(double newWeight) {
        return new RingMember(nodeId, newWeight, zone, datacenter);
    }
}
