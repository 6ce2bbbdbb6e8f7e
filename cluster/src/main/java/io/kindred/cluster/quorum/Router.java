package io.kindred.cluster.quorum;

import java.util.List;

/** What the ring and the membership say of a key and of a peer. */
public interface Router {
    Route route(int db, byte[] key);

    /** Whether this node's ring makes it a replica of a storage key that another node named. */
    boolean isReplicaOf(byte[] storageKey);

    /** Whether the coordinator should not wait for this node just now: suspected, or its connection is lost. */
    boolean avoids(long node);

    /** An answer of this node is overdue: it is avoided for a moment, until it answers something. */
    void late(long node);

    /** It answered a request: it is not late any more. */
    void answered(long node);

    /** For people. */
    String nameOf(long node);

    /** The nodes of the ring that are not avoided, this one among them. */
    List<Long> liveNodes();
}
