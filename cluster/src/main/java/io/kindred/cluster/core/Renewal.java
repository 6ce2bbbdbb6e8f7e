package io.kindred.cluster.core;

import java.util.List;

/**
 * What a node is from now on, within one run of its process.
 *
 * @param start its number, above those of all starts that were ever told of
 * @param incarnation of the actor
 * @param foundLess whether what is in its store may be less than it had acknowledged
 * @param lives all starts that it takes for its own past, ascending; at most {@link StartCheck#LIVES_MAX}
 */
public record Renewal(long start, int incarnation, boolean foundLess, List<Long> lives) {}
