package io.kindred.cluster.core;

/** The only randomness that the core has: seeded, so that a run can be repeated. */
public interface RandomSource {
    /** Uniform in [0, bound). */
    int nextInt(int bound);

    long nextLong();
}
