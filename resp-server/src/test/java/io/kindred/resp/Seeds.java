package io.kindred.resp;

import java.util.Random;

/** Runs a random test for each of its seeds, and names the one that failed. */
public final class Seeds {
    private static final String PROPERTY = "kindred.seed";

    /** One run of a test. */
    @FunctionalInterface
    public interface Run {
        void with(Random random) throws Exception;
    }

    private Seeds() {}

    public static void each(Class<?> test, int count, Run run) {
        Long only = Long.getLong(PROPERTY);
        long first = only == null ? 1 : only;
        long last = only == null ? count : only;
        for (long seed = first; seed <= last; seed++) {
            try {
                run.with(new Random(seed));
            } catch (Throwable failure) {
                throw new AssertionError(
                        "seed " + seed + " failed; run it again with: mvn -o -pl resp-server -am test -Dtest="
                                + test.getSimpleName() + " -Dsurefire.failIfNoSpecifiedTests=false -D" + PROPERTY + "="
                                + seed,
                        failure);
            }
        }
    }
}
