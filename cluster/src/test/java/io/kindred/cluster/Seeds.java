package io.kindred.cluster;

import java.util.Random;

/**
 * Runs a random test over seeds. A failure names its seed and the command that runs that seed alone.
 *
 * <p>{@code -Dkindred.seed=n} runs seed n only.
 */
public final class Seeds {

    private Seeds() {}

    /** One run of a random test; all its randomness comes from {@code random}. */
    public interface Body {
        void run(Random random);
    }

    /** {@code test} is {@code Class#method}, for the command. */
    public static void each(int count, String test, Body body) {
        Long only = Long.getLong("kindred.seed");
        long first = only == null ? 1 : only;
        long last = only == null ? count : only;
        for (long seed = first; seed <= last; seed++) {
            try {
                body.run(new Random(seed));
            } catch (RuntimeException | Error failure) {
                throw new AssertionError(
                        "seed " + seed + " failed: " + failure.getMessage()
                                + "\nreplay: mvn -pl cluster -am test -Dsurefire.failIfNoSpecifiedTests=false -Dtest="
                                + test + " -Dkindred.seed=" + seed,
                        failure);
            }
        }
    }
}
