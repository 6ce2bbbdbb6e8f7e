package io.kindred.command;

import io.kindred.metrics.LatencyHistogram;
import io.kindred.metrics.MetricSet;
import io.kindred.metrics.Unit;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * What became of the calls of one command: how many were answered, how, and how long that took, from the turn of the loop
 * in which the command was begun to the end of the one in which its reply went out.
 *
 * <p>Owned by: the loop thread.
 */
public final class CommandCalls {
    /** As {@code # Commandstats} of Redis. */
    static final MetricSet<CommandCalls> METRICS = MetricSet.<CommandCalls>of(CommandCalls.class)
            .counter("calls", "Calls that were answered.", CommandCalls::calls)
            .counter("usec", Unit.MICROSECONDS, "How long these took together.", CommandCalls::micros)
            .text("usec_per_call", "How long one took.", c -> String.format(Locale.ROOT, "%.2f", c.microsPerCall()))
            .counter("rejected_calls", "Calls that were refused before they began.", c -> c.rejected)
            .counter("failed_calls", "Calls that were answered with an error.", c -> c.failed.count())
            .build();

    /** As {@code # Latencystats} of Redis. */
    static final MetricSet<CommandCalls> PERCENTILES = MetricSet.<CommandCalls>of(CommandCalls.class)
            .text("p50", "Half of the calls took no longer, in microseconds.", c -> c.quantile(0.5))
            .text("p99", "99 of 100 took no longer.", c -> c.quantile(0.99))
            .text("p99.9", "999 of 1000 took no longer.", c -> c.quantile(0.999))
            .build();

    /** How one call ended, and how long all that ended so took. */
    record Ended(String command, String outcome, LatencyHistogram latency) {
        static final MetricSet<Ended> METRICS = MetricSet.<Ended>of(CommandCalls.class)
                .histogram(
                        "latency",
                        "From the turn in which a command began to the end of that of its reply.",
                        Ended::latency)
                .build();
    }

    private final String command;
    private final LatencyHistogram done = new LatencyHistogram();
    private final LatencyHistogram failed = new LatencyHistogram();
    private long rejected;

    CommandCalls(String command) {
        this.command = command;
    }

    /** Where a call is counted that ended so. */
    public LatencyHistogram ended(boolean isError) {
        return isError ? failed : done;
    }

    void reject() {
        rejected++;
    }

    boolean isCalled() {
        return calls() + rejected > 0;
    }

    String command() {
        return command;
    }

    List<Ended> ends() {
        return List.of(new Ended(command, "ok", done), new Ended(command, "error", failed));
    }

    long calls() {
        return done.count() + failed.count();
    }

    private long micros() {
        return TimeUnit.NANOSECONDS.toMicros(done.sumNanos() + failed.sumNanos());
    }

    private double microsPerCall() {
        return calls() == 0 ? 0 : (done.sumNanos() + failed.sumNanos()) / 1e3 / calls();
    }

    /** Of all calls, whatever came of them. */
    private String quantile(double part) {
        return String.format(Locale.ROOT, "%.3f", LatencyHistogram.quantileNanos(part, List.of(done, failed)) / 1e3);
    }

    void reset() {
        done.reset();
        failed.reset();
        rejected = 0;
    }
}
