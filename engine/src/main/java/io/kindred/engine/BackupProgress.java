package io.kindred.engine;

import io.kindred.metrics.MetricSet;
import io.kindred.metrics.Unit;

/**
 * How far backups have come.
 *
 * @param isRunning whether one is under way; then the numbers are those of this one, else those of the last one
 * @param filesDone of which the checksum is taken
 * @param filesTotal 0 until it is known
 * @param bytesDone of the files of which the checksum is taken
 * @param bytesTotal of all files; 0 until it is known
 * @param made backups that ended whole since the engine was opened
 * @param failed those that did not
 */
public record BackupProgress(
        boolean isRunning, int filesDone, int filesTotal, long bytesDone, long bytesTotal, long made, long failed) {
    public static final MetricSet<BackupProgress> METRICS = MetricSet.<BackupProgress>of(BackupProgress.class)
            .flag("backup_in_progress", "Whether KIN.BACKUP is under way.", BackupProgress::isRunning)
            .gauge(
                    "backup_bytes_done",
                    Unit.BYTES,
                    "Bytes of this backup, or the last one, whose checksums are taken.",
                    BackupProgress::bytesDone)
            .gauge(
                    "backup_bytes_total",
                    Unit.BYTES,
                    "Bytes of this backup, or the last one; 0 until it is known.",
                    BackupProgress::bytesTotal)
            .counter("backups_made", "Backups that ended whole.", BackupProgress::made)
            .counter("backups_failed", "Backups that did not end whole.", BackupProgress::failed)
            .build();

    static final BackupProgress NONE = new BackupProgress(false, 0, 0, 0, 0, 0, 0);
}
