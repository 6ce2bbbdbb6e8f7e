package io.kindred.server;

import java.util.concurrent.TimeUnit;

/**
 * From when on a command is slow.
 *
 * @param logMicros {@code slowlog-log-slower-than}: it goes into the slow log; negative: none does
 * @param logMax {@code slowlog-max-len}
 * @param latencyMillis {@code latency-monitor-threshold}: LATENCY remembers it; 0: none
 * @param fromNanos the lesser of both: what took less is neither; Long.MAX_VALUE: nothing is
 */
public record SlowLimits(long logMicros, int logMax, long latencyMillis, long fromNanos) {
    public static SlowLimits of(long logMicros, int logMax, long latencyMillis) {
        long log = logMicros < 0 ? Long.MAX_VALUE : TimeUnit.MICROSECONDS.toNanos(logMicros);
        long latency = latencyMillis <= 0 ? Long.MAX_VALUE : TimeUnit.MILLISECONDS.toNanos(latencyMillis);
        return new SlowLimits(logMicros, logMax, latencyMillis, Math.min(log, latency));
    }

    boolean isNothing() {
        return fromNanos == Long.MAX_VALUE;
    }

    boolean isLogged(long tookNanos) {
        return logMicros >= 0 && tookNanos >= TimeUnit.MICROSECONDS.toNanos(logMicros);
    }

    boolean isLatency(long tookNanos) {
        return latencyMillis > 0 && tookNanos >= TimeUnit.MILLISECONDS.toNanos(latencyMillis);
    }
}
