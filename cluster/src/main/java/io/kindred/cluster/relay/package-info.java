/**
 * Writes on their way to other datacenters. Each holds all data, and a client waits for its own only: the others get a
 * write once, one node there spreads it, and where none can be reached it is kept for the datacenter as a hint.
 *
 * <p>Pure.
 *
 * <p>Imports of Kindred: {@code cluster.message}, {@code cluster.quorum}, {@code cluster.ring},
 * {@code cluster.version}, {@code metrics}.
 */
@NullMarked
package io.kindred.cluster.relay;

import org.jspecify.annotations.NullMarked;
