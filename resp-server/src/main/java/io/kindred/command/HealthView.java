package io.kindred.command;

import java.util.List;

/**
 * How this node finds its cluster, and itself.
 *
 * @param node its name; empty before it has one
 * @param state one of {@code ok}, {@code moving}, {@code degraded}, {@code failing}, {@code loading}: docs/metrics.md says
 *     what each means
 * @param serving whether it serves clients
 * @param reasons why it is not {@code ok}, the worst first, each as {@code code: words}
 */
public record HealthView(String node, String state, boolean serving, List<String> reasons) {}
