package io.kindred.command;

import io.kindred.cluster.message.Reply;
import io.kindred.metrics.MetricFamily;
import io.kindred.metrics.MetricSet;
import java.util.List;
import java.util.function.Supplier;

/**
 * What the commands of a node have done: each one's calls, and how often keys were found.
 *
 * <p>Owned by: the loop thread.
 */
public final class CommandCounters {
    /** Among Redis's statistics. */
    public static final MetricSet<CommandCounters> KEYS = MetricSet.<CommandCounters>of(CommandCounters.class)
            .counter("keyspace_hits", "Keys that a reading command found.", c -> c.hits)
            .counter("keyspace_misses", "Keys that a reading command did not find.", c -> c.misses)
            .build();

    /** {@code # Commandstats}. */
    public static final MetricSet<CommandCounters> CALLS = MetricSet.<CommandCounters>of(CommandCounters.class)
            .family(new MetricFamily<CommandCounters, CommandCalls>(
                    "cmdstat_",
                    "command_",
                    List.of("command"),
                    CommandCounters::called,
                    calls -> List.of(calls.command()),
                    CommandCalls.METRICS))
            .build();

    /** {@code # Latencystats}. */
    public static final MetricSet<CommandCounters> LATENCIES = MetricSet.<CommandCounters>of(CommandCounters.class)
            .family(new MetricFamily<CommandCounters, CommandCalls>(
                    "latency_percentiles_usec_",
                    "command_",
                    List.of("command"),
                    CommandCounters::answered,
                    calls -> List.of(calls.command()),
                    CommandCalls.PERCENTILES))
            .family(new MetricFamily<CommandCounters, CommandCalls.Ended>(
                    "",
                    "command_",
                    List.of("command", "outcome"),
                    CommandCounters::ended,
                    end -> List.of(end.command(), end.outcome()),
                    CommandCalls.Ended.METRICS))
            .build();

    private final Supplier<List<CommandCalls>> calls;

    private long hits;
    private long misses;

    CommandCounters(Supplier<List<CommandCalls>> calls) {
        this.calls = calls;
    }

    /** A reading command has looked for a key. */
    void looked(boolean found) {
        if (found) {
            hits++;
        } else {
            misses++;
        }
    }

    /**
     * What LATENCY HISTOGRAM shows.
     *
     * @param wanted in lower case, a command or all subcommands of one; empty: all. What was never called is left out
     */
    public Reply histograms(List<String> wanted) {
        return LatencyReply.of(answered().stream()
                .filter(each -> wanted.isEmpty()
                        || wanted.contains(each.command())
                        || wanted.contains(each.command().replaceFirst("[|].*", "")))
                .toList());
    }

    /** What CONFIG RESETSTAT does. */
    public void reset() {
        calls.get().forEach(CommandCalls::reset);
        hits = 0;
        misses = 0;
    }

    private List<CommandCalls> called() {
        return calls.get().stream().filter(CommandCalls::isCalled).toList();
    }

    private List<CommandCalls> answered() {
        return calls.get().stream().filter(each -> each.calls() > 0).toList();
    }

    private List<CommandCalls.Ended> ended() {
        return answered().stream()
                .flatMap(each -> each.ends().stream())
                .filter(end -> end.latency().count() > 0)
                .toList();
    }
}
