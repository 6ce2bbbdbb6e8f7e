package io.kindred.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class OptionsTest {
    private static final Path HOME = Path.of("/home/kindred");

    private static Options of(String... arguments) {
        return Options.of(arguments, HOME, "of the environment");
    }

    private static void assertRefused(String message, String... arguments) {
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> of(arguments), String.join(" ", arguments));
        assertEquals(message, refusal.getMessage());
    }

    @Test
    void whatIsNotGivenIsAsTheUsageSays() {
        Options options = of();
        assertEquals(HOME.resolve(".kindred/cluster"), options.directory());
        assertEquals(3, options.limits().nodesMin());
        assertEquals(6, options.limits().nodesMax());
        assertEquals(3, options.kept());
        assertEquals(5_000, options.settings().intervalMillis());
        assertEquals(TimeUnit.SECONDS.toNanos(60), options.limits().cooldownNanos());
        assertEquals("of the environment", options.settings().password());
        assertFalse(options.settings().dryRun());
    }

    @Test
    void whatIsGivenCounts() {
        Options options = of("--min", "2", "--up-cpu", "1.5", "--password", "mine", "--interval-s", "0.5", "--dry-run");
        assertEquals(2, options.limits().nodesMin());
        assertEquals(2, options.kept());
        assertEquals(1.5, options.limits().up().cpuCores());
        assertEquals("mine", options.settings().password());
        assertEquals(500, options.settings().intervalMillis());
        assertTrue(options.settings().dryRun());
        assertEquals(1, of("--min", "2", "--keep", "1").kept());
        assertEquals(Path.of("/data/c1"), of("--dir", "/data/c1").directory());
    }

    @Test
    void whatIsNotUnderstoodIsRefused() {
        assertRefused("Unknown option: '--mim=3'", "--mim=3");
        assertRefused("Missing required parameter for option '--max' (N)", "--min", "2", "--max");
        assertRefused("Invalid value for option '--min': -1 is not a whole number", "--min", "-1");
        assertRefused("Invalid value for option '--min': 99999999999 is not a whole number", "--min", "99999999999");
        assertRefused("Invalid value for option '--up-cpu': NaN is not a number", "--up-cpu", "NaN");
        assertRefused("Unmatched argument at index 0: 'n1'", "n1");
        assertRefused("--interval-s is at least 0.1", "--interval-s", "0");
    }

    @Test
    void limitsThatContradictEachOtherAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> of("--min", "5", "--max", "4"));
        assertThrows(IllegalArgumentException.class, () -> of("--up-ops", "100", "--down-ops", "200"));
    }

    @Test
    void theUsageHasEachOptionAndItsDefault() {
        String usage = Options.usage();
        assertTrue(usage.startsWith("Usage: kindred-autoscale "), usage);
        assertTrue(usage.matches("(?s).*--up-ops=X +a node is added .*[(]20000[)]\n.*"), usage);
        assertTrue(usage.contains("--dry-run "), usage);
    }
}
