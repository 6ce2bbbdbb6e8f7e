package io.kindred.it;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What waits is bounded by bytes. {@link BytesLongIT} does the same at full size. It is for the build, and waits in the long
 * profile until it has been seen to pass on a machine with two cores.
 */
@Tag("long")
final class BytesIT {
    @TempDir
    private Path dir;

    @Test
    void loadsOfLargeValuesAndWholePipelinesAreTakenOrRefused() throws Exception {
        // A machine that builds other things beside this stalls processes for longer than the default of 1 s.
        try (BytesScenario scenario = new BytesScenario(dir, "--request-timeout-ms", "5000")) {
            scenario.pipelinesThatAreWrittenWhole(100_000, 60_000);
            scenario.setsOfLargeValues(8, 30);
            scenario.getsOfLargeValues(1, 600);
            scenario.slowReaders(50, 100, Duration.ofSeconds(8));
            scenario.nothingWaits();
        }
    }
}
