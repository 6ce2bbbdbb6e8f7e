package io.kindred.cluster.message;

/** Takes how a request ended: once, on the loop's thread, perhaps before the call that asked returns. */
@FunctionalInterface
public interface OutcomeCallback {
    void done(Outcome outcome);
}
