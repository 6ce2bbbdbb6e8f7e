package io.kindred.cluster.membership;

import java.util.Locale;

/** What this node thinks of a member. Suspicion changes routing only, never ownership. */
public enum Status {
    /** Known, but not in the ring yet. */
    JOINING,
    UP,
    /** This node does not hear of it or reach it, or some member accuses it. */
    SUSPECT,
    /** It gives away what it holds, and then is not listed any more. */
    LEAVING,
    /** Members enough agree that it has fallen silent. */
    DOWN;

    /** As KIN.MEMBERS shows it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
