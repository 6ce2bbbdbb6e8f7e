package io.kindred.it;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** INCR and APPEND are exact while each node in turn is stopped, killed and started, twice. */
final class UpdatesUnderKillsIT {
    private static final int ROUNDS = 6;

    @Test
    void updatesAreExactWhoeverIsKilled(@TempDir Path dir) {
        UpdatesUnderKills.run(dir, ROUNDS, Seed.of(UpdatesUnderKillsIT.class));
    }
}
