package io.kindred.cluster.message;

/**
 * How a node's clocks stood when it sent this.
 *
 * @param start the number of the node's start, to which {@code nanos} belongs; 0: it tells nothing
 * @param nanos its monotonic clock
 * @param wallMillis its wall clock, Unix time
 */
public record ClockReading(long start, long nanos, long wallMillis) {
    public static final ClockReading NONE = new ClockReading(0, 0, 0);
}
