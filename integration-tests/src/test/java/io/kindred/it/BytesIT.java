package io.kindred.it;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What waits is bounded by bytes. {@link BytesLongIT} does the same at full size. */
final class BytesIT {
    @TempDir
    private Path dir;

    @Test
    void loadsOfLargeValuesAndWholePipelinesAreTakenOrRefused() throws Exception {
        try (BytesScenario scenario = new BytesScenario(dir)) {
            scenario.pipelinesThatAreWrittenWhole(100_000, 60_000);
            scenario.setsOfLargeValues(8, 30);
            scenario.getsOfLargeValues(1, 600);
            scenario.slowReaders(50, 100, Duration.ofSeconds(8));
            scenario.nothingWaits();
        }
    }
}
