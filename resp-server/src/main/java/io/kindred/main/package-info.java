/**
 * A whole node in one process: its directives, its log, its INFO, and the wiring of everything else. Reading order: {@link
 * io.kindred.main.Main}, {@link io.kindred.main.Node}, {@link io.kindred.main.ServerConfig}, {@link
 * io.kindred.main.NodePorts}, {@link io.kindred.main.InfoReport}.
 *
 * <p>The outermost package: it imports all the others, and none imports it.
 *
 * <p>Imports of Kindred: {@code cluster.antientropy}, {@code cluster.core}, {@code cluster.handoff},
 * {@code cluster.keyspace}, {@code cluster.membership}, {@code cluster.message}, {@code cluster.node},
 * {@code cluster.pubsub}, {@code cluster.quorum}, {@code cluster.relay}, {@code cluster.ring}, {@code cluster.term}, {@code cluster.version},
 * {@code cluster.wire}, {@code cluster.wire.tls}, {@code command}, {@code engine}, {@code metrics},
 * {@code resp}, {@code script}, {@code server}, {@code server.http}.
 */
@NullMarked
package io.kindred.main;

import org.jspecify.annotations.NullMarked;
