package io.kindred.cluster.quorum;

import org.jspecify.annotations.Nullable;

/** The read-modify-write commands that this node knows. The front end gives them; every node of a cluster has the same. */
public interface UpdateFunctions {
    @Nullable
    UpdateFunction find(byte[] name);
}
