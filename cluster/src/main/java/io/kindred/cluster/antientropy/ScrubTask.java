package io.kindred.cluster.antientropy;

import java.util.function.Consumer;

/** One of the things that the {@link Scrubber} goes through records for, in small steps. */
public interface ScrubTask {
    /** For people: what it does. */
    String name();

    /** Whether there is something to do. Asked after each event, so it must not look at partitions one by one. */
    boolean isWanted();

    /** Does one step; tells at once or in a later event, and once, how it went. Requires: {@link #isWanted}. */
    void step(Consumer<Step> done);

    /** How long to leave the disk alone behind the last step, while this node's requests take no longer than usual. */
    long pauseNanos();

    /**
     * One step.
     *
     * @param partition where it was
     * @param records how many were read
     * @param tryLater there is nothing to do after all, or the disk did not do it: asked again after a while
     */
    record Step(int partition, int records, boolean tryLater) {
        public static Step of(int partition, int records) {
            return new Step(partition, records, false);
        }

        public static Step later(int partition) {
            return new Step(partition, 0, true);
        }
    }
}
