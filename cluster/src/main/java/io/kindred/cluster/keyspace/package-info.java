/**
 * The key space as a whole: how a storage key is laid out, and the requests that look at every partition (count, scan,
 * flush).
 *
 * <p>Pure. Imports {@code version}, {@code ring}, {@code message}, {@code membership} and {@code quorum}.
 */
@NullMarked
package io.kindred.cluster.keyspace;

import org.jspecify.annotations.NullMarked;
