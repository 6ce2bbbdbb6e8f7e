/**
 * Who runs a partition's updates: terms, and how a node claims one. docs/updates.md tells the protocol on a page. What updates
 * do under a term is in {@code quorum}.
 *
 * <p>May import {@code quorum}, {@code message}, {@code ring} and {@code version}.
 *
 * <p>Imports of Kindred: {@code cluster.message}, {@code cluster.quorum}, {@code cluster.ring},
 * {@code cluster.version}, {@code metrics}.
 */
@NullMarked
package io.kindred.cluster.term;

import org.jspecify.annotations.NullMarked;
