package io.kindred.it;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node on a small disk that others have filled. The disk is mounted for it, for which we have to be root in a user
 * namespace; so {@link FullDiskScenario} is a program of its own, that this test runs under {@code unshare}.
 */
@Tag("netns")
final class FullDiskIT {
    @Test
    void aNodeOnAFullDiskStartsReadsRefusesHealsAndStops(@TempDir Path dir) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Program scenario = Program.ran(
                null,
                Map.of(),
                "unshare",
                "--user",
                "--map-root-user",
                "--mount",
                "--pid",
                "--fork",
                "--mount-proc",
                java,
                "-Dkindred.home=" + Program.HOME,
                "-cp",
                System.getProperty("java.class.path"),
                FullDiskScenario.class.getName(),
                dir.toString());
        System.out.println(scenario.succeeded());
    }
}
