/**
 * Causality: which writes a replica has seen, which of them still live, and which order they have.
 *
 * <p>Reading order: {@link io.kindred.cluster.version.Dot} (one write), {@link io.kindred.cluster.version.VersionVector}
 * (a set of dots), {@link io.kindred.cluster.version.Versions} (what a replica holds of one key),
 * {@link io.kindred.cluster.version.VersionsCodec} and {@link io.kindred.cluster.version.Context} (their bytes, on disk
 * and in a client's hands), {@link io.kindred.cluster.version.HybridClock} and
 * {@link io.kindred.cluster.version.Floors} (where stamps and counters come from).
 *
 * <p>Pure: values and arithmetic only.
 *
 * <p>Imports of Kindred: nothing.
 */
@NullMarked
package io.kindred.cluster.version;

import org.jspecify.annotations.NullMarked;
