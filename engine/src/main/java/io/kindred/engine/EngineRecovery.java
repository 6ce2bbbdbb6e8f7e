package io.kindred.engine;

import io.kindred.metrics.MetricSet;
import io.kindred.metrics.Unit;
import java.util.List;

/**
 * What opening the engine found.
 *
 * @param startedClean the last stop was a clean close, and the log ends where that close left it
 * @param replayedRecords commits read back from the log
 * @param tornBytesCut bytes of an unfinished commit at the log's end, cut off
 * @param corruptions places where damage is followed by something valid, or where something is missing; above zero,
 *     acknowledged writes may be gone and the caller must not reuse the numbers that it had given out
 * @param findings one line for each torn end and each corruption, naming file and offset
 */
public record EngineRecovery(
        boolean startedClean, long replayedRecords, long tornBytesCut, long corruptions, List<String> findings) {
    public static final MetricSet<EngineRecovery> METRICS = MetricSet.<EngineRecovery>of(EngineRecovery.class)
            .flag("started_clean", "Whether the last stop was a clean one.", EngineRecovery::startedClean)
            .gauge(
                    "log_records_replayed",
                    "Commits that this start read back from the log.",
                    EngineRecovery::replayedRecords)
            .gauge(
                    "log_torn_bytes_cut",
                    Unit.BYTES,
                    "Bytes of an unfinished commit that it cut off.",
                    EngineRecovery::tornBytesCut)
            .gauge("log_corruptions_found", "Places in the log that it found damaged.", EngineRecovery::corruptions)
            .build();

    public EngineRecovery {
        findings = List.copyOf(findings);
    }
}
