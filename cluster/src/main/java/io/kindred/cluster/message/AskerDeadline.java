package io.kindred.cluster.message;

/**
 * Until when an asker waits, by the clock of the node that it asks: so that what lay with a stopped process, or on a slow
 * link, is known to be late whatever wall clocks say.
 *
 * @param start the start of the asked node whose clock it is; 0: the asker does not know that clock yet
 * @param nanos by the asked node's monotonic clock; not before the asker's own deadline
 */
public record AskerDeadline(long start, long nanos) {
    public static final AskerDeadline UNKNOWN = new AskerDeadline(0, 0);
}
