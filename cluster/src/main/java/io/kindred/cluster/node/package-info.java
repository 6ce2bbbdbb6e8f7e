/**
 * What runs a core: its one thread, its clocks, its data directory, and the way in for clients.
 *
 * <p>A start goes {@link io.kindred.cluster.node.DataDirectory#open}, open the engine in its store, {@link
 * io.kindred.cluster.node.DataDirectory#begin}, {@link io.kindred.cluster.node.StoredState#read}, make the core over an
 * {@link io.kindred.cluster.node.EngineStore}, {@link io.kindred.cluster.node.NodeLoop#start}. docs/data-directory.md
 * has the files.
 *
 * <p>The only package of the cluster that may read a clock or log at will.
 *
 * <p>Imports of Kindred: {@code cluster.antientropy}, {@code cluster.core}, {@code cluster.handoff},
 * {@code cluster.membership}, {@code cluster.message}, {@code cluster.quorum}, {@code cluster.ring},
 * {@code cluster.version}, {@code cluster.wire}, {@code cluster.wire.tls}, {@code engine}, {@code metrics}.
 */
@NullMarked
package io.kindred.cluster.node;

import org.jspecify.annotations.NullMarked;
