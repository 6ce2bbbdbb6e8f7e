/**
 * Replicas that drift, and how they come together without anybody reading (Dynamo, section 4.7): a hash tree of each
 * partition's records, and exchanges of what differs.
 *
 * <p>{@link io.kindred.cluster.antientropy.MerkleTrees} follows the records, {@link
 * io.kindred.cluster.antientropy.TreeBuilder} builds and verifies the trees in the background, {@link
 * io.kindred.cluster.antientropy.ExchangeCore} compares them with other nodes' and moves what differs.
 *
 * <p>Pure.
 *
 * <p>Imports of Kindred: {@code cluster.handoff}, {@code cluster.keyspace}, {@code cluster.message},
 * {@code cluster.quorum}, {@code cluster.ring}, {@code cluster.version}, {@code metrics}.
 */
@NullMarked
package io.kindred.cluster.antientropy;

import org.jspecify.annotations.NullMarked;
