/**
 * Who owns what: from a key to its partition, from the change records to the ring, from a partition to its replicas.
 *
 * <p>Reading order: {@link io.kindred.cluster.ring.Partitioner}, {@link io.kindred.cluster.ring.Ring},
 * {@link io.kindred.cluster.ring.PreferenceList}, {@link io.kindred.cluster.ring.Claim}.
 *
 * <p>Pure.
 *
 * <p>Imports of Kindred: {@code cluster.membership}.
 */
@NullMarked
package io.kindred.cluster.ring;

import org.jspecify.annotations.NullMarked;
