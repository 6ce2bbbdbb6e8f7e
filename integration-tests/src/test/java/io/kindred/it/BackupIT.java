package io.kindred.it;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup of three nodes under load, restored onto five. */
final class BackupIT {
    /** Memtables of 128 KB: much of it is in tables, and flushes and compactions go on while the backup is made. */
    @Test
    void aBackupUnderLoadHasWhatWasAcknowledgedBefore(@TempDir Path dir) {
        try (BackupScenario scenario = new BackupScenario(4_000, dir, Seed.of(BackupIT.class))) {
            scenario.run("--memtable-bytes", "131072", "--request-timeout-ms", "3000");
        }
    }
}
