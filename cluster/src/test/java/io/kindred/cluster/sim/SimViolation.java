package io.kindred.cluster.sim;

import org.jspecify.annotations.Nullable;

/** An invariant was broken; the message says by which seed, and how to see it again. */
public final class SimViolation extends RuntimeException {
    private static final long serialVersionUID = 1;

    SimViolation(long seed, String what, @Nullable Throwable cause) {
        super(
                "seed " + seed + ": " + what + "\nreplay: mvn -q -pl cluster -am test -Dtest=SimulationTest"
                        + " -Dsurefire.failIfNoSpecifiedTests=false -Dkindred.sim.seed=" + seed,
                cause);
    }
}
