package io.kindred.cluster.core;

import java.util.Locale;

/** Where a node is between its start and its clients. Only one that is SERVING serves them. */
public enum StartState {
    /** It joins, or waits for members to say what they know of it. */
    STARTING,
    /** It found less than it had: what it lacks is being fetched. */
    FETCHING,
    SERVING,
    /** Another process has this node's id, and the members know that one. */
    COPY,
    /** Members of another cluster have one of theirs at this address. */
    MISPLACED;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
