/**
 * A whole cluster in one thread from one seed: its network, its disks, its clocks, its clients and its misfortunes.
 *
 * <p>Everything that happens is an entry of one queue ordered by simulated time, so the same seed gives the same run, to
 * the last message.
 */
@NullMarked
package io.kindred.cluster.sim;

import org.jspecify.annotations.NullMarked;
