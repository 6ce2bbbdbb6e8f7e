/**
 * Who is in the cluster, who is alive, and what changed.
 *
 * <p>{@link io.kindred.cluster.membership.MembershipView} is what the members tell of themselves and of each other, {@link
 * io.kindred.cluster.membership.FailureDetector} what this node sees. {@code core.MemberWatch} runs both.
 *
 * <p>{@link io.kindred.cluster.membership.ChangeRecord} is the only thing that changes ownership; suspicion never does.
 *
 * <p>Pure.
 *
 * <p>Imports of Kindred: nothing.
 */
@NullMarked
package io.kindred.cluster.membership;

import org.jspecify.annotations.NullMarked;
