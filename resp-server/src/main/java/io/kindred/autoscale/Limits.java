package io.kindred.autoscale;

import org.jspecify.annotations.Nullable;

/**
 * When to add and when to remove.
 *
 * @param up a node is added when any of these is reached
 * @param down a node is removed when all of these are fallen short of
 * @param upAfter so many observations in a row
 * @param cooldownNanos how long nothing is done after a change
 */
public record Limits(
        int nodesMin, int nodesMax, Thresholds up, Thresholds down, int upAfter, int downAfter, long cooldownNanos) {
    /**
     * Of the mean node; of the fullest where it is about disks.
     *
     * @param opsPerSecond commands of clients
     * @param cpuCores processor time a second
     * @param diskShare used, of what is used and what is free
     */
    public record Thresholds(double opsPerSecond, double cpuCores, double diskShare) {}

    /** What does not go together; null: nothing. */
    @Nullable
    String problem() {
        if (nodesMin < 1 || nodesMax < nodesMin) {
            return "--min is at least 1, and --max at least --min";
        }
        if (upAfter < 1 || downAfter < 1 || cooldownNanos < 0) {
            return "--up-after and --down-after are at least 1, --cooldown-s at least 0";
        }
        boolean apart = down.opsPerSecond() < up.opsPerSecond()
                && down.cpuCores() < up.cpuCores()
                && down.diskShare() < up.diskShare();
        return apart ? null : "each --down threshold must be below its --up threshold, or nodes would come and go";
    }
}
