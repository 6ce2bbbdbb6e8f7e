package io.kindred.lua;

/** The random numbers of Redis: {@code drand48}'s, which begin anew with each script. */
final class DeterministicRandom {
    private static final long MULTIPLIER = 0x5deece66dL;
    private static final long MASK = (1L << 48) - 1;
    private long state = 0x1234_abcd_330eL;

    void seed(int seed) {
        state = (seed & 0xffff_ffffL) << 16 | 0x330e;
    }

    /** From 0 up to, but without, 1. */
    double next() {
        state = state * MULTIPLIER + 0xb & MASK;
        int max = Integer.MAX_VALUE;
        return (double) ((int) (state >>> 17) % max) / max;
    }
}
