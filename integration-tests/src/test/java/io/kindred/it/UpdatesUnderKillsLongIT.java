package io.kindred.it;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As {@link UpdatesUnderKillsIT}, for longer. */
@Tag("long")
final class UpdatesUnderKillsLongIT {
    private static final int ROUNDS = 20;

    @Test
    void updatesAreExactWhoeverIsKilled(@TempDir Path dir) {
        UpdatesUnderKills.run(dir, ROUNDS, Seed.of(UpdatesUnderKillsLongIT.class));
    }
}
