package io.kindred.cluster.wire;

/** Who a handshake has proven to be at the other end. */
public record RemoteNode(long nodeId, String name, long generation, long instance, int wireVersion) {

    /** A node id as people see it: 16 hex digits. */
    public static String idText(long nodeId) {
        return String.format("%016x", nodeId);
    }

    @Override
    public String toString() {
        return "node " + Hello.printable(name) + " (" + idText(nodeId) + ", generation " + generation + ")";
    }
}
