package io.kindred.cluster.node;

import io.kindred.cluster.message.Topic;

/** Who is told what clients of other nodes have published; it must not call back into the core. */
@FunctionalInterface
public interface PublicationListener {
    /** @param payload not to be changed */
    void published(Topic channel, byte[] payload);
}
