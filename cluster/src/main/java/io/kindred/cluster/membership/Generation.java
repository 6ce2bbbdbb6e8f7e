package io.kindred.cluster.membership;

/**
 * The number that tells a member's lives apart: which start of its process, and within it how often it has refuted a
 * suspicion. One long, so that of two generations the higher is newer: every start is above all that an earlier start
 * ever refuted with.
 *
 * <p>It has nothing to do with the actor's incarnation, which counts dots.
 */
public final class Generation {
    private static final int REFUTATION_BITS = 20;
    private static final long REFUTATIONS_MASK = (1L << REFUTATION_BITS) - 1;

    private Generation() {}

    /**
     * A start's number is above those of all starts that its directory remembers, by a random distance of at most this. So
     * two starts of two copies of one directory do not have the same number, and consecutive ones differ in their low bits.
     */
    public static final int START_STEP_MAX = 1 << 24;

    /** The first generation of a start; the numbers of starts rise, and are kept in the data directory. */
    public static long ofStart(long start) {
        return start << REFUTATION_BITS;
    }

    public static long start(long generation) {
        return generation >>> REFUTATION_BITS;
    }

    public static long refutations(long generation) {
        return generation & REFUTATIONS_MASK;
    }

    /** The next one: what was said of {@code generation} does not hold for it. */
    public static long above(long generation) {
        return generation + 1;
    }
}
