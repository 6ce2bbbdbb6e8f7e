package io.kindred.autoscale;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All nodes at one moment.
 *
 * @param nanos when, on a clock that only goes forward
 */
public record Observation(long nanos, List<Sight> nodes) {
    public Observation {
        nodes = List.copyOf(nodes);
    }

    /**
     * One node.
     *
     * @param removable false: the policy leaves it alone
     * @param reading null: the node did not answer
     */
    public record Sight(
            String name, boolean removable, @Nullable NodeReading reading) {}
}
