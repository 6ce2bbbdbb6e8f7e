package io.kindred.it;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DatacentersIT {
    private static final Seed SEED = Seed.of(DatacentersIT.class);

    /** Longer than it takes to suspect a node. */
    @Test
    void aDatacenterMayBeCutOff(@TempDir Path dir) {
        try (DatacenterScenario scenario = new DatacenterScenario(dir, SEED, "--anti-entropy-interval-s", "5")) {
            scenario.run(Duration.ofSeconds(8));
        }
    }

    @Test
    @Tag("long")
    void aDatacenterMayBeCutOffForLong(@TempDir Path dir) {
        try (DatacenterScenario scenario = new DatacenterScenario(dir, SEED)) {
            scenario.run(Duration.ofSeconds(30));
        }
    }
}
