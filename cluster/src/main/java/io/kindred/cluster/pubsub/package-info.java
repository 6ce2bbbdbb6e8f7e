/**
 * Publish and subscribe between nodes: who listens to what, and who is sent what. Reading order: {@link
 * io.kindred.cluster.pubsub.PubSubCore}; {@code OwnInterest} and {@code Telling}, by which this node tells the others; {@code
 * RemoteInterest}, which is what they told.
 *
 * <p>Pure.
 *
 * <p>Imports of Kindred: {@code cluster.keyspace}, {@code cluster.message}, {@code metrics}.
 */
@NullMarked
package io.kindred.cluster.pubsub;

import org.jspecify.annotations.NullMarked;
