package io.kindred.autoscale;

import io.kindred.autoscale.Observation.Sight;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Observations in, a decision out: no clock, no network, no chance.
 *
 * <p>Load is what was done between two observations, so the first tells nothing, and neither does the first after a
 * node's restart, when its counters have begun anew. Three things keep nodes from coming and going: the thresholds for
 * more and for fewer nodes lie apart; a threshold must be passed several times in a row; and after a change nothing is
 * done for a while. A node is removed only if those that stay would not be busy enough to call for it again.
 *
 * <p>Invariant: while a node is missing, or anything in the ring is on its way, the decision is to stay, and what was
 * counted so far is forgotten: load that is seen then is that of the repair.
 *
 * <p>Owned by: one thread.
 */
public final class ScalingPolicy {
    private final Limits limits;
    private final Map<String, NodeReading> before = new TreeMap<>();
    private long beforeNanos;
    private int busyInARow;
    private int idleInARow;
    private boolean changed;
    private long changedNanos;

    public ScalingPolicy(Limits limits) {
        this.limits = limits;
    }

    /** A node's load between two observations. */
    private record Load(String name, boolean removable, double opsPerSecond, double cpuCores, double diskShare) {}

    /** To be called when a change has been made, or has failed: the cool-down begins. */
    public void changed(long nanos) {
        changed = true;
        changedNanos = nanos;
        forgetCounts();
    }

    public Decision decide(Observation now) {
        String unsettled = unsettled(now.nodes());
        List<Load> loads = unsettled == null ? loads(now) : List.of();
        remember(now);
        if (unsettled != null) {
            forgetCounts();
            return Decision.stay(unsettled);
        }
        int nodes = now.nodes().size();
        if (nodes < limits.nodesMin()) {
            return unlessCooling(now, Decision.add(nodes + " nodes are fewer than " + limits.nodesMin()));
        }
        if (loads.size() < nodes) {
            forgetCounts();
            return Decision.stay("no load known yet of " + (nodes - loads.size()) + " of " + nodes + " nodes");
        }
        if (nodes > limits.nodesMax()) {
            return unlessCooling(now, removal(loads, nodes + " nodes are more than " + limits.nodesMax()));
        }
        return byLoad(now, loads);
    }

    // --- may anything be changed? ---

    private static @Nullable String unsettled(List<Sight> nodes) {
        if (nodes.isEmpty()) {
            return "no node is known";
        }
        for (Sight node : nodes) {
            NodeReading reading = node.reading();
            if (reading == null) {
                return node.name() + " does not answer";
            }
            if (!reading.unsettled().isEmpty()) {
                return node.name() + " says " + reading.unsettled();
            }
            if (reading.membersUp() != nodes.size()) {
                return node.name() + " sees " + reading.membersUp() + " members up, and " + nodes.size() + " nodes run";
            }
        }
        return null;
    }

    private Decision unlessCooling(Observation now, Decision wanted) {
        long left = changed ? changedNanos + limits.cooldownNanos() - now.nanos() : 0;
        return left > 0 && wanted.action() != Decision.Action.STAY
                ? Decision.stay("cooling down for " + (left + 999_999_999) / 1_000_000_000 + " s more; else "
                        + wanted.action() + ": " + wanted.why())
                : wanted;
    }

    // --- the load ---

    private List<Load> loads(Observation now) {
        double seconds = (now.nanos() - beforeNanos) / 1e9;
        return now.nodes().stream()
                .filter(node -> seconds > 0 && continues(before.get(node.name()), node.reading()))
                .map(node -> load(node, seconds))
                .toList();
    }

    /** A restart, or a reset of the statistics, begins anew. */
    private static boolean continues(@Nullable NodeReading earlier, @Nullable NodeReading later) {
        return earlier != null
                && later != null
                && earlier.start() == later.start()
                && earlier.commands() <= later.commands()
                && earlier.cpuSeconds() <= later.cpuSeconds();
    }

    private Load load(Sight node, double seconds) {
        NodeReading earlier = before.get(node.name());
        NodeReading later = node.reading();
        if (earlier == null || later == null) {
            throw new IllegalStateException("no load of " + node.name());
        }
        return new Load(
                node.name(),
                node.removable(),
                (later.commands() - earlier.commands()) / seconds,
                (later.cpuSeconds() - earlier.cpuSeconds()) / seconds,
                later.diskShare());
    }

    private void remember(Observation now) {
        before.clear();
        for (Sight node : now.nodes()) {
            NodeReading reading = node.reading();
            if (reading != null) {
                before.put(node.name(), reading);
            }
        }
        beforeNanos = now.nanos();
    }

    private void forgetCounts() {
        busyInARow = 0;
        idleInARow = 0;
    }

    // --- more or fewer ---

    private Decision byLoad(Observation now, List<Load> loads) {
        int nodes = loads.size();
        double ops = loads.stream().mapToDouble(Load::opsPerSecond).sum();
        double cpu = loads.stream().mapToDouble(Load::cpuCores).sum();
        double disk = loads.stream().mapToDouble(Load::diskShare).max().orElse(0);
        Limits.Thresholds up = limits.up();
        Limits.Thresholds down = limits.down();
        boolean busy = ops / nodes >= up.opsPerSecond() || cpu / nodes >= up.cpuCores() || disk >= up.diskShare();
        boolean idle = ops / nodes < down.opsPerSecond() && cpu / nodes < down.cpuCores() && disk < down.diskShare();
        busyInARow = busy ? busyInARow + 1 : 0;
        idleInARow = idle ? idleInARow + 1 : 0;
        String seen = String.format(
                Locale.ROOT,
                "%d nodes, the mean %.0f ops/s and %.2f cores, the fullest disk %.0f%%",
                nodes,
                ops / nodes,
                cpu / nodes,
                100 * disk);
        if (busy) {
            return busy(now, seen, nodes);
        }
        return idle ? idle(now, seen, loads) : Decision.stay(seen + ": neither busy nor idle");
    }

    private Decision busy(Observation now, String seen, int nodes) {
        String why = seen + ": busy " + busyInARow + " times of " + limits.upAfter();
        if (busyInARow < limits.upAfter()) {
            return Decision.stay(why);
        }
        return nodes >= limits.nodesMax()
                ? Decision.stay(why + ", but there are --max nodes")
                : unlessCooling(now, Decision.add(why));
    }

    private Decision idle(Observation now, String seen, List<Load> loads) {
        String why = seen + ": idle " + idleInARow + " times of " + limits.downAfter();
        if (idleInARow < limits.downAfter()) {
            return Decision.stay(why);
        }
        if (loads.size() <= limits.nodesMin()) {
            return Decision.stay(why + ", but there are --min nodes");
        }
        return wouldBeBusy(loads)
                ? Decision.stay(why + ", but one node fewer would be busy")
                : unlessCooling(now, removal(loads, why));
    }

    private boolean wouldBeBusy(List<Load> loads) {
        double fewer = loads.size() - 1;
        return loads.stream().mapToDouble(Load::opsPerSecond).sum() / fewer
                        >= limits.up().opsPerSecond()
                || loads.stream().mapToDouble(Load::cpuCores).sum() / fewer
                        >= limits.up().cpuCores()
                || loads.stream().mapToDouble(Load::diskShare).max().orElse(0) * loads.size() / fewer
                        >= limits.up().diskShare();
    }

    /** The least loaded of those that may go; of equal ones, the last by name. */
    private static Decision removal(List<Load> loads, String why) {
        return loads.stream()
                .filter(Load::removable)
                .min(Comparator.comparingDouble(Load::opsPerSecond)
                        .thenComparingDouble(Load::cpuCores)
                        .thenComparing(Load::name, Comparator.reverseOrder()))
                .map(load -> Decision.remove(load.name(), why))
                .orElseGet(() -> Decision.stay(why + ", but no node may be removed"));
    }
}
