package io.kindred.it;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small cluster grows, shrinks and loses a node with its disk, under load. */
final class ElasticIT {
    @Test
    void noRequestFailsWhileTheRingChanges(@TempDir Path dir) {
        ElasticScenario.Size size = new ElasticScenario.Size(10_000, 400, 8, 2, Duration.ofSeconds(60));
        new ElasticScenario(size, dir, Seed.of(ElasticIT.class)).run();
    }
}
