package io.kindred.it;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A small cluster grows, shrinks and loses a node with its disk, under load. The machine may be busy with other tests, and
 * JVMs start on it beside the load: so requests have more time than usual.
 */
final class ElasticIT {
    @Test
    void noRequestFailsWhileTheRingChanges(@TempDir Path dir) {
        ElasticScenario.Size size =
                new ElasticScenario.Size(10_000, 400, 8, 2, Duration.ofSeconds(120), "--request-timeout-ms", "3000");
        new ElasticScenario(size, dir, Seed.of(ElasticIT.class)).run();
    }
}
