package io.kindred.it;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Links between real nodes are cut and joined again, in network namespaces.
 *
 * <p>The namespaces need a user namespace in which we are root, and a JVM cannot enter one; so the scenario is a program
 * of its own, {@link LinkCutScenario}, that this test runs under {@code unshare}.
 */
@Tag("netns")
final class LinkCutIT {
    @Test
    void writesOnBothSidesOfASplitAllSurvive(@TempDir Path dir) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classPath = System.getProperty("java.class.path");
        // With its own pid namespace nothing that the scenario starts outlives it.
        Program scenario = Program.ran(
                null,
                Map.of(),
                "unshare",
                "--user",
                "--map-root-user",
                "--net",
                "--pid",
                "--fork",
                "--mount-proc",
                java,
                "-Dkindred.home=" + Program.HOME,
                "-cp",
                classPath,
                LinkCutScenario.class.getName(),
                dir.toString());
        System.out.println(scenario.succeeded());
    }
}
