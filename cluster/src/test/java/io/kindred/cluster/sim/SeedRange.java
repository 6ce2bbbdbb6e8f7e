package io.kindred.cluster.sim;

import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * The seeds of a simulation test: {@code -Dkindred.sim.seed=n} runs that one, {@code -Dkindred.sim.seeds=n} so many.
 *
 * @param last this one, too
 */
record SeedRange(long first, long last) {
    private static final long FIRST_OF_MANY = 1_000;

    /** Those of the build. */
    static SeedRange ofBuild(int count) {
        Long only = Long.getLong("kindred.sim.seed");
        return only == null
                ? new SeedRange(1, Integer.getInteger("kindred.sim.seeds", count))
                : new SeedRange(only, only);
    }

    /** Others than those of the build. */
    static SeedRange ofMany(int count) {
        return new SeedRange(FIRST_OF_MANY, FIRST_OF_MANY - 1 + Integer.getInteger("kindred.sim.seeds", count));
    }

    void run(LongFunction<SimCluster.Report> simulation, Consumer<SimCluster.Report> each) {
        for (long seed = first; seed <= last; seed++) {
            each.accept(simulation.apply(seed));
        }
    }

    @Override
    public String toString() {
        return "seeds " + first + " to " + last;
    }
}
