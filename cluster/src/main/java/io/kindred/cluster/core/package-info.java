/**
 * One node's whole logic as a state machine: {@code step(event, now, effects)}. {@code NodeCore} only dispatches.
 *
 * <p>Pure: no threads, locks, sockets, files, clocks, logging or futures; the same state and event give the same
 * effects. Imports {@code version}, {@code ring}, {@code message}, {@code membership} and {@code quorum}.
 */
@NullMarked
package io.kindred.cluster.core;

import org.jspecify.annotations.NullMarked;
