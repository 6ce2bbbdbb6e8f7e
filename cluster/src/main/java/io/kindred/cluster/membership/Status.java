package io.kindred.cluster.membership;

import java.util.Locale;

/** What this node thinks of a member. Suspicion changes routing only, never ownership. */
public enum Status {
    /** Known, but not in the ring yet. */
    JOINING,
    UP,
    /** Its heartbeat is stale, or its connection is lost. */
    SUSPECT;

    /** As KIN.MEMBERS shows it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
