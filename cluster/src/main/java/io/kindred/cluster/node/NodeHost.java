package io.kindred.cluster.node;

/** The process around a {@link NodeLoop}; called on its thread. */
public interface NodeHost {
    /** The node takes part in the ring: clients may be served. */
    void serving();

    /**
     * The node has met a state that its authors ruled out, which has been logged; nothing more is done for anyone. The
     * process must end now, at once: what is acknowledged is durable, and its peers take over.
     */
    void fatal(String what, Throwable cause);
}
