/**
 * Data that moves while the ring changes: who serves a partition meanwhile, what this node holds, and how it comes to
 * hold what it owns and to give up what it does not.
 *
 * <p>Pure.
 *
 * <p>Imports of Kindred: {@code cluster.membership}, {@code cluster.quorum}, {@code cluster.ring}.
 */
@NullMarked
package io.kindred.cluster.transfer;

import org.jspecify.annotations.NullMarked;
