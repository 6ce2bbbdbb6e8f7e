package io.kindred.cluster.message;

import io.kindred.cluster.version.Term;

/**
 * What an update says of itself where it reads and writes: the term that it runs under, and the ring that its nodes are
 * from. A replica refuses it under a lower term than its own, and from a ring older than its own.
 *
 * @param datacenter whose term it is; replicas elsewhere have terms of their own, and do not look at it
 * @param ringStamp of the newest change record that the sender knows
 * @param ringPrint stands for the sets of nodes that a write of the key must reach, as the sender knows them
 * @param holdsPlain where it reads: plain writes of the key are to be kept back for a moment, until its delta
 */
public record Guard(Term term, long datacenter, long ringStamp, long ringPrint, boolean holdsPlain) {
    public Guard holding() {
        return new Guard(term, datacenter, ringStamp, ringPrint, true);
    }
}
