package io.kindred.cluster.message;

import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Versions;

/** A record, as it is moved from node to node: its key, and a container to be joined into what there is. */
public record Record(RecordKey key, Versions versions) {}
