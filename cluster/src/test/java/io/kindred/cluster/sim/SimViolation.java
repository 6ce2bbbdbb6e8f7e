package io.kindred.cluster.sim;

import org.jspecify.annotations.Nullable;

/** An invariant was broken; the message says by which seed, and how to see it again. */
public final class SimViolation extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param test which of the simulations it was */
    SimViolation(long seed, String test, String what, @Nullable Throwable cause) {
        super(
                "seed " + seed + ": " + what + "\nreplay: mvn -q -pl cluster -am test -Dtest=" + test
                        + " -Dsurefire.failIfNoSpecifiedTests=false -Dkindred.sim.seed=" + seed,
                cause);
    }
}
