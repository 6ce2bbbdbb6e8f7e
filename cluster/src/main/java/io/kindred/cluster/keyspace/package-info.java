/**
 * The key space as a whole: the requests that look at every partition (count, scan, flush), which keys a
 * pattern stands for, which scripts other nodes know, and how many keys expire when.
 *
 * <p>Pure.
 *
 * <p>Imports of Kindred: {@code cluster.message}, {@code cluster.quorum}, {@code cluster.ring},
 * {@code cluster.version}.
 */
@NullMarked
package io.kindred.cluster.keyspace;

import org.jspecify.annotations.NullMarked;
