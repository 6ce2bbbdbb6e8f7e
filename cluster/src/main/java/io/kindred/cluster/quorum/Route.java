package io.kindred.cluster.quorum;

/**
 * Where a key lives: its storage key, and its replicas in the order of the preference list (Dynamo, section 4.3). The
 * arrays are shared and not to be changed.
 *
 * @param self this node's place among the replicas, -1 where it is none of them
 */
public record Route(byte[] storageKey, long[] replicas, int self) {
    public boolean isReplica() {
        return self >= 0;
    }

    public int indexOf(long node) {
        for (int i = 0; i < replicas.length; i++) {
            if (replicas[i] == node) {
                return i;
            }
        }
        return -1;
    }
}
