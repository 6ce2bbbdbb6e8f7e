/**
 * What a figure of a node is called, what it counts in and what it means: declared once, by the part that owns the figure,
 * so that {@code INFO}, {@code /metrics} and docs/metrics.md say the same of it. Values are read when somebody asks, on
 * the thread that owns them.
 *
 * <p>Imports of Kindred: nothing.
 */
@NullMarked
package io.kindred.metrics;

import org.jspecify.annotations.NullMarked;
