package io.kindred.cluster.quorum;

import io.kindred.cluster.ring.RecordKey;
import org.jspecify.annotations.Nullable;

/**
 * Where a key lives: its storage key, and its nodes. The arrays are shared and not to be changed.
 *
 * <p>While no change of the ring concerns the key's partition, the replicas are all there is, in the order of the
 * preference list (Dynamo, section 4.3). While one does, those that serve come first, and behind them those that a
 * write has to reach as well: the nodes to be, and those that have just been. Each of the sets that may serve readers
 * somewhere, or soon will, must then have W of a write.
 *
 * @param writers all of them, those that serve first
 * @param serving how many serve
 * @param sets by set, the places of its nodes among the writers, the target of the change last, {@link #GIVEN_UP} where a
 *     node of a former set does not hold the key any more; null: all of them are one set
 * @param self this node's place among the writers, -1 where it is none of them
 * @param wide whether they are those of all datacenters, and not only of this one
 */
@SuppressWarnings("ArrayRecordComponent") // Identity is never asked of a route.
public record Route(
        RecordKey storageKey, long[] writers, int serving, int @Nullable [][] sets, int self, boolean wide) {
    /** No place among the writers. */
    public static final int GIVEN_UP = -1;

    /** Of a partition whose replicas do not change. */
    public static Route settled(RecordKey storageKey, long[] replicas, int self) {
        return new Route(storageKey, replicas, replicas.length, null, self, false);
    }

    /** Whether this node takes the key's writes. */
    public boolean isReplica() {
        return self >= 0;
    }

    /** Whether this node answers the key's reads. */
    public boolean serves() {
        return self >= 0 && self < serving;
    }

    /** A node's place among the writers, or -1. */
    public int indexOf(long node) {
        for (int i = 0; i < writers.length; i++) {
            if (writers[i] == node) {
                return i;
            }
        }
        return -1;
    }
}
