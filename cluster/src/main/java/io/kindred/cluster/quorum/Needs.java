package io.kindred.cluster.quorum;

/**
 * How many answers a request waits for.
 *
 * @param all of its places, stand-ins among them (R or W)
 * @param own of the key's own replicas (PR or PW)
 */
record Needs(int all, int own) {}
