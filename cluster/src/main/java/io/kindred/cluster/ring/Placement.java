package io.kindred.cluster.ring;

/** Where a key is: its partition, and the 64-bit hash of the whole key that its storage key carries. */
public record Placement(int partition, long hash) {}
