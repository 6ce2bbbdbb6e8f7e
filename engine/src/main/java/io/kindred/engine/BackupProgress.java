package io.kindred.engine;

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
    static final BackupProgress NONE = new BackupProgress(false, 0, 0, 0, 0, 0, 0);
}
