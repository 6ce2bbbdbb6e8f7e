package io.kindred.cluster.wire;

import java.nio.charset.StandardCharsets;

/**
 * What this node says of itself in a handshake.
 *
 * @param generation rises with each start of the data directory's process
 * @param instance random, drawn by the process: tells this very process from one with a copy of its data directory
 * @param fingerprint the settings that a whole cluster shares, in words: ring partitions, partitioner
 * @param cluster that it belongs to; 0: none yet
 * @param address host and port where it takes connections of other nodes
 * @param secret shared by all nodes; empty: none
 */
public record LocalNode(
        long nodeId,
        String name,
        long generation,
        long instance,
        String fingerprint,
        String secret,
        long cluster,
        String address) {

    /** A name or fingerprint is no longer than this in UTF-8, so that a handshake frame holds them. */
    public static final int TEXT_BYTES_MAX = 512;

    public LocalNode {
        requireShort("node-name", name);
        requireShort("cluster fingerprint", fingerprint);
        requireShort("address", address);
    }

    /** One that belongs to no cluster yet, and of which nobody needs to know the address. */
    public LocalNode(long nodeId, String name, long generation, long instance, String fingerprint, String secret) {
        this(nodeId, name, generation, instance, fingerprint, secret, 0, "");
    }

    LocalNode in(long other) {
        return new LocalNode(nodeId, name, generation, instance, fingerprint, secret, other, address);
    }

    private static void requireShort(String what, String text) {
        if (text.getBytes(StandardCharsets.UTF_8).length > TEXT_BYTES_MAX) {
            throw new IllegalArgumentException(what + " is longer than " + TEXT_BYTES_MAX + " bytes: " + text);
        }
    }

    /** Leaves the secret out. */
    @Override
    public String toString() {
        return "node " + name + " (" + RemoteNode.idText(nodeId) + ")";
    }
}
