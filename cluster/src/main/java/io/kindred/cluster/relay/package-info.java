/**
 * Writes on their way to other datacenters. Each holds all data, and a client waits for its own only: the others get a
 * write once, one node there spreads it, and where none can be reached it is kept for the datacenter as a hint.
 *
 * <p>Pure. Imports {@code quorum}, {@code message} and {@code version}.
 */
@NullMarked
package io.kindred.cluster.relay;

import org.jspecify.annotations.NullMarked;
