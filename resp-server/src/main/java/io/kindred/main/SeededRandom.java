package io.kindred.main;

import io.kindred.cluster.core.RandomSource;
import java.util.SplittableRandom;

/** Randomness for whom it need not be secret. Owned by: one thread. */
final class SeededRandom implements RandomSource {
    private final SplittableRandom random;

    SeededRandom(long seed) {
        random = new SplittableRandom(seed);
    }

    @Override
    public int nextInt(int bound) {
        return random.nextInt(bound);
    }

    @Override
    public long nextLong() {
        return random.nextLong();
    }
}
