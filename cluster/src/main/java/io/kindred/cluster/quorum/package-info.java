/**
 * One request's life: the get, the put and the read-modify-write, each a small state machine that is given results,
 * says whether they are enough, and takes its final action (Dynamo, section 4.5 and 5.2).
 *
 * <p>Pure.
 *
 * <p>Imports of Kindred: {@code cluster.message}, {@code cluster.ring}, {@code cluster.version},
 * {@code metrics}.
 */
@NullMarked
package io.kindred.cluster.quorum;

import org.jspecify.annotations.NullMarked;
