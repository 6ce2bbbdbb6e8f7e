package io.kindred.cluster.keyspace;

import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.FlushStamps;
import io.kindred.cluster.quorum.Outbox;
import io.kindred.cluster.quorum.QuorumSettings;
import io.kindred.cluster.quorum.Requests;

/** What the requests about the whole key space work with. {@code keyspace} answers this node's own part of a question. */
public record Question(Network network, QuorumSettings settings, FlushStamps flushStamps, LocalKeyspace keyspace) {
    /** Whom it is put to. */
    public record Network(Outbox outbox, Requests requests, Clocks clocks, PartitionMap partitions) {}

    Outbox outbox() {
        return network.outbox();
    }

    Requests requests() {
        return network.requests();
    }

    Clocks clocks() {
        return network.clocks();
    }

    PartitionMap partitions() {
        return network.partitions();
    }
}
