package io.kindred.cluster.sim;

import io.kindred.cluster.core.RandomSource;
import java.util.List;
import java.util.SplittableRandom;

/** The one source of chance of a run. */
public final class SimRandom implements RandomSource {
    private final SplittableRandom random;

    public SimRandom(long seed) {
        random = new SplittableRandom(seed);
    }

    private SimRandom(SplittableRandom random) {
        this.random = random;
    }

    /** A stream of its own, so that what draws from it does not disturb the others. */
    public SimRandom split() {
        return new SimRandom(random.split());
    }

    @Override
    public int nextInt(int bound) {
        return random.nextInt(bound);
    }

    @Override
    public long nextLong() {
        return random.nextLong();
    }

    public boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    /** Uniform in [from, to]. */
    public long between(long from, long to) {
        return from + random.nextLong(to - from + 1);
    }

    public <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
