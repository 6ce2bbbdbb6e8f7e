package io.kindred.cluster.keyspace;

import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.FlushStamps;
import io.kindred.cluster.quorum.Outbox;
import io.kindred.cluster.quorum.QuorumSettings;
import io.kindred.cluster.quorum.Requests;

/** What the requests about the whole key space work with. {@code keyspace} answers this node's own part of a question. */
public record Question(
        Outbox outbox,
        Requests requests,
        Clocks clocks,
        QuorumSettings settings,
        PartitionMap partitions,
        FlushStamps flushStamps,
        LocalKeyspace keyspace) {}
