package io.kindred.cluster.antientropy;

import io.kindred.cluster.quorum.FlushStamps;
import io.kindred.cluster.quorum.LocalReplica;

/** What there is to exchange. */
public record ExchangedData(
        MerkleTrees trees,
        RecordRange range,
        FlushStamps flushStamps,
        ReapMarks marks,
        LocalReplica replica,
        ExchangeCore.Repairs repairs) {}
