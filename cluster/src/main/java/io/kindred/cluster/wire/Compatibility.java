package io.kindred.cluster.wire;

import org.jspecify.annotations.Nullable;

/** Whether two nodes may be in one cluster, from what they say of themselves. */
final class Compatibility {

    private Compatibility() {}

    static @Nullable HandshakeFailure objection(LocalNode self, Hello other) {
        String otherName = Hello.printable(other.name());
        if (other.nodeId() == self.nodeId()) {
            return sameId(self, other, otherName);
        }
        if (other.name().equals(self.name())) {
            return new HandshakeFailure(
                    HandshakeFailure.Kind.SAME_NAME,
                    "two nodes are named " + self.name() + ": " + RemoteNode.idText(self.nodeId()) + " and "
                            + RemoteNode.idText(other.nodeId()) + "; give one another node-name");
        }
        if (!other.fingerprint().equals(self.fingerprint())) {
            return new HandshakeFailure(
                    HandshakeFailure.Kind.SETTINGS,
                    "cluster settings differ: " + self.name() + " has " + self.fingerprint() + ", " + otherName
                            + " has " + Hello.printable(other.fingerprint())
                            + "; start the newcomer with those of the cluster");
        }
        if (other.cluster() != 0 && self.cluster() != 0 && other.cluster() != self.cluster()) {
            return new HandshakeFailure(
                    HandshakeFailure.Kind.CLUSTER,
                    otherName + " belongs to cluster " + RemoteNode.idText(other.cluster()) + ", " + self.name()
                            + " to " + RemoteNode.idText(self.cluster())
                            + "; what is to join another cluster needs an empty data directory");
        }
        return null;
    }

    /** The same process is a seed list that names its own node, which is common; another is a copied directory. */
    private static HandshakeFailure sameId(LocalNode self, Hello other, String otherName) {
        if (other.instance() == self.instance()) {
            return new HandshakeFailure(HandshakeFailure.Kind.SELF, "this is the node itself");
        }
        return new HandshakeFailure(
                HandshakeFailure.Kind.SAME_ID,
                "another process has this node's id " + RemoteNode.idText(self.nodeId()) + " (it is named " + otherName
                        + ", here " + self.name() + "): a data directory has been copied; one of them must go");
    }
}
