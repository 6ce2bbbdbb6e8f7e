package io.kindred.it;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup of three nodes with 1,000,000 keys under load, restored onto five. */
@Tag("long")
final class BackupLongIT {
    @Test
    void aBackupOfAMillionKeysUnderLoadHasWhatWasAcknowledgedBefore(@TempDir Path dir) {
        try (BackupScenario scenario = new BackupScenario(1_000_000, dir, Seed.of(BackupLongIT.class))) {
            scenario.run("--request-timeout-ms", "3000");
        }
    }
}
