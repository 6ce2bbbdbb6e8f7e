/**
 * The program that adds nodes under load and removes them when it is gone: {@code bin/kindred-autoscale}. Reading order:
 * {@link io.kindred.autoscale.ScalingPolicy}, which decides and does nothing else; {@link
 * io.kindred.autoscale.NodeProvider}, which has nodes made and ended; {@link io.kindred.autoscale.Autoscaler}, which
 * brings the two together; {@link io.kindred.autoscale.Main}.
 *
 * <p>It knows a cluster from outside only, as any client does: of Kindred it imports the client alone, and nothing
 * imports it.
 *
 * <p>Imports of Kindred: {@code client}.
 */
@NullMarked
package io.kindred.autoscale;

import org.jspecify.annotations.NullMarked;
