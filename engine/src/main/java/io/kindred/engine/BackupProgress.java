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

    BackupProgress begun() {
        return new BackupProgress(true, 0, 0, 0, 0, made, failed);
    }

    BackupProgress ofTotal(int files, long bytes) {
        return new BackupProgress(isRunning, 0, files, 0, bytes, made, failed);
    }

    BackupProgress withDone(int files, long bytes) {
        return new BackupProgress(
                isRunning, filesDone + files, filesTotal, bytesDone + bytes, bytesTotal, made, failed);
    }

    BackupProgress ended(boolean isWhole) {
        return new BackupProgress(
                false,
                filesDone,
                filesTotal,
                bytesDone,
                bytesTotal,
                made + (isWhole ? 1 : 0),
                failed + (isWhole ? 0 : 1));
    }
}
