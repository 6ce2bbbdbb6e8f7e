/**
 * What nodes say to each other, as data: one record per message, and the operations, outcomes and replies that
 * messages carry.
 *
 * <p>Pure.
 *
 * <p>Imports of Kindred: {@code cluster.membership}, {@code cluster.ring}, {@code cluster.version}.
 */
@NullMarked
package io.kindred.cluster.message;

import org.jspecify.annotations.NullMarked;
