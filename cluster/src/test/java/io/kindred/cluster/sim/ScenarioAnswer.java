package io.kindred.cluster.sim;

import io.kindred.cluster.message.Outcome;
import org.jspecify.annotations.Nullable;

/** A request that a scenario has sent, and its answer once there is one. */
final class ScenarioAnswer {
    @Nullable
    Outcome outcome;

    boolean isThere() {
        return outcome != null;
    }

    boolean isAcknowledged() {
        return outcome instanceof Outcome.Updated || outcome instanceof Outcome.Written;
    }

    boolean isFailure() {
        return outcome instanceof Outcome.NoQuorum || outcome instanceof Outcome.TryAgain;
    }

    /** Whether the client was told that nobody knows what came of it. */
    boolean isNoQuorum() {
        return outcome instanceof Outcome.NoQuorum;
    }

    /** As {@link ValueCall#reply}; null, too, where there is none. */
    @Nullable
    String reply() {
        return outcome instanceof Outcome.Updated updated ? Linearization.text(updated.reply()) : null;
    }

    @Override
    public String toString() {
        return isAcknowledged() ? "acknowledged " + reply() : String.valueOf(outcome);
    }
}
