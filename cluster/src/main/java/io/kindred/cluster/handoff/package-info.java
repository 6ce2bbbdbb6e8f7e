/**
 * Sloppy quorums' debt: what this node holds for replicas that missed a write, and how they get it (Dynamo, section
 * 4.6).
 *
 * <p>{@link io.kindred.cluster.handoff.Hints} stores and serves it, {@link io.kindred.cluster.handoff.HintLedger}
 * counts it, {@link io.kindred.cluster.handoff.HandoffCore} hands it over.
 *
 * <p>Pure.
 *
 * <p>Imports of Kindred: {@code cluster.message}, {@code cluster.quorum}, {@code cluster.ring},
 * {@code cluster.version}, {@code metrics}.
 */
@NullMarked
package io.kindred.cluster.handoff;

import org.jspecify.annotations.NullMarked;
