package io.kindred.cluster.node;

import io.kindred.cluster.core.Renewal;
import io.kindred.cluster.core.StartState;
import java.io.IOException;
import java.util.List;

/** The process around a {@link NodeLoop}; called on its thread. */
public interface NodeHost {
    /** The node takes part in the ring: clients may be served. */
    void serving();

    /** The node does not serve clients, or not any more: the state, and why, in words. */
    void notServing(StartState state, String why);

    /** Why no seed lets the node in, and what to do, in words; empty: one does. Told again when it changes. */
    void seedsFail(String why);

    /** The node is another start from now on, durably when this returns. */
    void renewed(Renewal renewal) throws IOException;

    /** The node belongs to this cluster from now on, durably when this returns. */
    void belongs(long cluster) throws IOException;

    /** The node is to put its data aside, and to begin anew as one that asks these addresses for that member's place. */
    void startOver(List<String> seeds, String replaces);

    /**
     * The node has met a state that its authors ruled out, which has been logged; nothing more is done for anyone. The
     * process must end now, at once: what is acknowledged is durable, and its peers take over.
     */
    void fatal(String what, Throwable cause);
}
