package io.kindred.command;

import io.kindred.cluster.message.Outcome;

/** Called once, on the loop thread, perhaps before {@link KeyPort#execute} returns. */
@FunctionalInterface
public interface OutcomeCallback {
    void done(Outcome outcome);
}
