package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Guard;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Term;

/** What the ring and the membership say of a key and of a peer. */
public interface Router {
    Route route(int db, byte[] key);

    /** The route of a key as it is now. */
    Route routeOf(RecordKey storageKey);

    /** The same, over all datacenters or in this one. */
    default Route routeOf(RecordKey storageKey, boolean wide) {
        Route local = routeOf(storageKey);
        return wide ? wide(local) : local;
    }

    /** Tells a node that has asked this one for what it does not hold who does, as far as this one knows. */
    void redirect(long node, RecordKey storageKey);

    /** What an update under this term says of the ring that its key's nodes are from. */
    Guard guard(RecordKey storageKey, Term term);

    /** Whether this node knows a newer ring than who says this, in which other nodes must be reached. */
    boolean isOld(Guard guard, RecordKey storageKey);

    /** Another node says that it is not the replica that this one takes it for: one of the two has missed a change. */
    void compareRings(long node);

    /**
     * All nodes of the ring in the order of the walk from a key's partition: its replicas first, then those that may
     * stand in for them. Shared, and not to be changed.
     */
    long[] walk(RecordKey storageKey);

    /** The nodes that take a storage key's writes, those that serve first. Shared, and not to be changed. */
    long[] replicasOf(RecordKey storageKey);

    long self();

    boolean isMember(long node);

    /** Whether a node is a member, or was one, as far as this one knows. */
    boolean wasEverMember(long node);

    /** Whether a node has left the ring, and holds nothing any more; or was forgotten. */
    boolean isOut(long node);

    /** The node that has taken another's place, or that one itself. */
    long heirOf(long node);

    /** Empty for none. */
    String zoneOf(long node);

    /** Whether the bytes that another node named are a container's key with a place in this ring. */
    boolean isInRing(RecordKey storageKey);

    /** Whether they are, and this node has all that was written to the key's partition, so that it may answer for it. */
    boolean holds(RecordKey storageKey);

    /** Whether they are, and this node takes the key's writes. */
    boolean isReplicaOf(RecordKey storageKey);

    /** Whether this node takes a partition's writes. */
    boolean isReplicaOf(int partition);

    /** Whether the coordinator should not wait for this node just now: it is gone, or late. */
    boolean avoids(long node);

    /** Whether others should be asked first where there is a choice: it has come only just now, and will be slow. */
    boolean isFresh(long node);

    /** Whether there is no point in asking it at all: suspected, down, or its connection is lost. */
    boolean isGone(long node);

    /** An answer of this node is overdue: it is avoided for a moment, until it answers something. */
    void late(long node);

    /** It answered a request: it is not late any more. */
    void answered(long node);

    /** For people. */
    String nameOf(long node);

    // --- other datacenters ---

    /** The other datacenters: what is owed to one is filed under such an id, as if it were a node. Shared. */
    long[] remotes();

    /** Whether an id stands for a datacenter that has nodes. */
    boolean isDatacenter(long id);

    /** What stands for the datacenter of a node. */
    long datacenterOfNode(long node);

    /** The nodes there that take a storage key's writes. Shared, and not to be changed. */
    long[] writersIn(long datacenter, RecordKey storageKey);

    /** All nodes there, in the order of the walk from a key's partition. */
    long[] walkIn(long datacenter, RecordKey storageKey);

    /** The nodes that take a storage key's writes in any datacenter, those of this one first. */
    long[] everywhere(RecordKey storageKey);

    /** The route of a request that all datacenters take part in, those of this one first. */
    Route wide(Route local);
}
