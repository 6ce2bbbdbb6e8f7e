package io.kindred.cluster.wire;

/**
 * Who a handshake has proven to be at the other end.
 *
 * @param cluster that it belongs to; 0: none yet
 */
public record RemoteNode(long nodeId, String name, long generation, long instance, int wireVersion, long cluster) {

    /** A node id as people see it: 16 hex digits. */
    public static String idText(long nodeId) {
        return String.format("%016x", nodeId);
    }

    /** A cluster's id, likewise. */
    public static String clusterText(long cluster) {
        return cluster == 0 ? "none" : idText(cluster);
    }

    @Override
    public String toString() {
        return "node " + Hello.printable(name) + " (" + idText(nodeId) + ", generation " + generation + ")";
    }
}
