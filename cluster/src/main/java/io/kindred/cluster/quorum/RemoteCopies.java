package io.kindred.cluster.quorum;

import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Versions;

/** Brings the writes of this datacenter to the others, which answer no request of its clients. */
public interface RemoteCopies {
    /** A write that this node coordinates has been made: each other datacenter gets it once, soon. */
    void spread(RecordKey storageKey, Versions delta);
}
