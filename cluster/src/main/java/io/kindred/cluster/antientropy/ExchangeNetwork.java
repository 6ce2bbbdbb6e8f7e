package io.kindred.cluster.antientropy;

import io.kindred.cluster.keyspace.PartitionMap;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.Latencies;
import io.kindred.cluster.quorum.Outbox;
import io.kindred.cluster.quorum.Requests;
import io.kindred.cluster.quorum.Router;

/** Whom exchanges are with, and when. */
public record ExchangeNetwork(
        Outbox outbox, Requests requests, Clocks clocks, Router router, PartitionMap partitions, Latencies latencies) {}
