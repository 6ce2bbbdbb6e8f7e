package io.kindred.it;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes with 200,000 keys under 2,000 requests a second become six and three again, and lose one with its disk. */
@Tag("long")
final class ElasticLongIT {
    @Test
    void noRequestFailsWhileTheRingChanges(@TempDir Path dir) {
        ElasticScenario.Size size = new ElasticScenario.Size(200_000, 2_000, 32, 3, Duration.ofMinutes(8));
        new ElasticScenario(size, dir, Seed.of(ElasticLongIT.class)).run();
    }
}
