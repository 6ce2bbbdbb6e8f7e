/**
 * One request's life: the get, the put and the read-modify-write, each a small state machine that is given results,
 * says whether they are enough, and takes its final action (Dynamo, section 4.5 and 5.2).
 *
 * <p>Pure. Imports {@code version}, {@code ring}, {@code message} and {@code membership}.
 */
@NullMarked
package io.kindred.cluster.quorum;

import org.jspecify.annotations.NullMarked;
