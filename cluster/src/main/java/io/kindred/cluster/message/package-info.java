/**
 * What nodes say to each other, as data: one record per message, and the operations, outcomes and replies that
 * messages carry.
 *
 * <p>Pure. Imports {@code cluster.version}, {@code cluster.membership}'s records and {@code cluster.ring}'s checkpoint only,
 * so that every other package may import this one.
 */
@NullMarked
package io.kindred.cluster.message;

import org.jspecify.annotations.NullMarked;
