package io.kindred.it;

import java.util.Random;

/** The seed of a random test: `-Dkindred.seed=n` if given, else a new one; every failure must carry {@link #toString}. */
record Seed(long value, String test) {
    static Seed of(Class<?> test) {
        Long given = Long.getLong("kindred.seed");
        return new Seed(given != null ? given : new Random().nextLong() >>> 1, test.getSimpleName());
    }

    Random random(int stream) {
        return new Random(value + stream * 0x9E3779B97F4A7C15L);
    }

    @Override
    public String toString() {
        return "seed " + value + "; again with: mvn -B verify -pl integration-tests -am -Dtest=none"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dit.test="
                + test + " -Dkindred.seed=" + value;
    }
}
