package io.kindred.it;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As {@link BytesIT}, with as much as three nodes on a small machine write in some minutes. */
@Tag("long")
final class BytesLongIT {
    @TempDir
    private Path dir;

    @Test
    void loadsOfLargeValuesAndWholePipelinesAreTakenOrRefused() throws Exception {
        try (BytesScenario scenario = new BytesScenario(dir)) {
            scenario.pipelinesThatAreWrittenWhole(100_000, 60_000);
            scenario.setsOfLargeValues(8, 600);
            scenario.getsOfLargeValues(1, 600);
            scenario.getsOfLargeValues(6, 600);
            scenario.slowReaders(50, 600, Duration.ofSeconds(40));
            scenario.nothingWaits();
        }
    }
}
