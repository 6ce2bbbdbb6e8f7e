package io.kindred.cluster.core;

/**
 * What the clocks said when a step began.
 *
 * @param nanos monotonic, for deadlines; its zero means nothing
 * @param wallMillis Unix time, for stamps and expiry; may jump
 */
public record Now(long nanos, long wallMillis) {}
