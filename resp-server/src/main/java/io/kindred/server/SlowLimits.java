package io.kindred.server;

/**
 * From when on a command is slow.
 *
 * @param logMicros {@code slowlog-log-slower-than}: it goes into the slow log; negative: none does
 * @param logMax {@code slowlog-max-len}
 * @param latencyMillis {@code latency-monitor-threshold}: LATENCY remembers it; 0: none
 * @param fromMillis the lesser of both: what took less is neither
 */
public record SlowLimits(long logMicros, int logMax, long latencyMillis, long fromMillis) {
    private static final long MICROS = 1000;

    public static SlowLimits of(long logMicros, int logMax, long latencyMillis) {
        long log = logMicros < 0 ? Long.MAX_VALUE : logMicros / MICROS + (logMicros % MICROS == 0 ? 0 : 1);
        long latency = latencyMillis <= 0 ? Long.MAX_VALUE : latencyMillis;
        return new SlowLimits(logMicros, logMax, latencyMillis, Math.min(log, latency));
    }

    boolean isLogged(long tookMillis) {
        return logMicros >= 0 && tookMillis * MICROS >= logMicros;
    }

    boolean isLatency(long tookMillis) {
        return latencyMillis > 0 && tookMillis >= latencyMillis;
    }
}
