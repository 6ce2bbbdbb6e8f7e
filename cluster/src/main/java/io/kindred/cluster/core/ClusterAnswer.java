package io.kindred.cluster.core;

import io.kindred.cluster.antientropy.ExchangeCore;
import java.util.List;

/** The answer to a {@link ClusterQuery}. */
public sealed interface ClusterAnswer {
    record Count(long keys) implements ClusterAnswer {}

    /** {@code cursor} 0: the iteration is complete. */
    record Page(long cursor, List<byte[]> keys) implements ClusterAnswer {}

    record Copies(int replicas) implements ClusterAnswer {}

    record Repaired(ExchangeCore.Repaired counts) implements ClusterAnswer {}

    /** W of the key's replicas have the record. */
    record Restored() implements ClusterAnswer {}

    /** The other nodes know what the clients here have subscribed to, as far as they are there. */
    record Subscribed() implements ClusterAnswer {}

    record Flushed() implements ClusterAnswer {}

    /** Those that nobody told of are empty; whether they are what was asked for was not looked at. */
    record Scripts(List<byte[]> texts) implements ClusterAnswer {}

    /** The decision is made and told; what follows from it goes on. */
    record Decided() implements ClusterAnswer {}

    /** A whole error text with its code. */
    record Failed(String error) implements ClusterAnswer {}
}
