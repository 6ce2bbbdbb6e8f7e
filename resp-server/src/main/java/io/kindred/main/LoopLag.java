package io.kindred.main;

import io.kindred.metrics.LatencyHistogram;
import io.kindred.metrics.MetricSet;
import io.kindred.metrics.Unit;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * By how much the loop is late: a task that is due every {@value #SAMPLE_MILLIS} ms notes when it really ran. Whatever
 * keeps the loop (a long turn, a pause of the JVM, a machine without time for it) keeps every client waiting as long.
 *
 * <p>Owned by: the loop thread.
 */
final class LoopLag {
    static final long SAMPLE_MILLIS = 100;

    /** The most of late is that of this one and the last such spell. */
    private static final int SAMPLES_PER_SPELL = 50;

    static final MetricSet<LoopLag> METRICS = MetricSet.<LoopLag>of(LoopLag.class)
            .gauge(
                    "loop_lag_usec_max",
                    Unit.MICROSECONDS,
                    "The most by which the loop was late in the last five to ten seconds.",
                    LoopLag::maxMicros)
            .histogram("loop_lag", "By how much the loop was late, sampled ten times a second.", lag -> lag.late)
            .build();

    private final LongSupplier nanos;
    private final LatencyHistogram late = new LatencyHistogram();
    private long dueNanos;
    private boolean begun;
    private long spellMax;
    private long lastSpellMax;
    private int samples;

    LoopLag(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** To be run {@link #SAMPLE_MILLIS} after it has run. */
    void sample() {
        long now = nanos.getAsLong();
        if (begun) {
            long by = Math.max(0, now - dueNanos);
            late.record(by);
            spellMax = Math.max(spellMax, by);
            samples++;
            if (samples == SAMPLES_PER_SPELL) {
                samples = 0;
                lastSpellMax = spellMax;
                spellMax = 0;
            }
        }
        begun = true;
        dueNanos = now + TimeUnit.MILLISECONDS.toNanos(SAMPLE_MILLIS);
    }

    long maxMicros() {
        return TimeUnit.NANOSECONDS.toMicros(Math.max(spellMax, lastSpellMax));
    }
}
