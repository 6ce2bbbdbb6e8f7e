package io.kindred.server;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The time as a server sees it.
 *
 * @param wall what time it is
 * @param nanos for durations: of a clock that is never set
 */
public record ServerClock(InstantSource wall, LongSupplier nanos) {}
