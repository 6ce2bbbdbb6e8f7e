/**
 * One node's whole logic as a state machine: {@code step(event, now, effects)}. {@link
 * io.kindred.cluster.core.NodeCore} only dispatches.
 *
 * <p>Reading order: {@link io.kindred.cluster.core.NodeCore}; then what knows the cluster, {@code Cluster}, and the {@code
 * ClusterView} that it publishes; then what serves partitions, {@code PartitionServer}, with this node's {@code LocalData}: {@code
 * Replica}, {@code Records}, {@code Journal}.
 *
 * <p>Pure: no threads, locks, sockets, files, clocks, logging or futures; the same state and event give the same
 * effects.
 *
 * <p>Imports of Kindred: {@code cluster.antientropy}, {@code cluster.handoff}, {@code cluster.keyspace},
 * {@code cluster.membership}, {@code cluster.message}, {@code cluster.pubsub}, {@code cluster.quorum}, {@code cluster.relay},
 * {@code cluster.ring}, {@code cluster.term}, {@code cluster.transfer}, {@code cluster.version}, {@code metrics}.
 */
@NullMarked
package io.kindred.cluster.core;

import org.jspecify.annotations.NullMarked;
