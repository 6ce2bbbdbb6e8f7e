package io.kindred.cluster.version;

/**
 * Who gives dots: a node in one incarnation of its storage.
 *
 * <p>An incarnation that may have lost the tail of its log never gives a dot again; the node goes on as the next one.
 * Actors are ordered by node id (unsigned: ids are random bits), then by incarnation.
 */
public record Actor(long nodeId, int incarnation) implements Comparable<Actor> {

    public Actor {
        if (incarnation < 0) {
            throw new IllegalArgumentException("an incarnation is not negative: " + incarnation);
        }
    }

    @Override
    public int compareTo(Actor other) {
        int byNode = Long.compareUnsigned(nodeId, other.nodeId);
        return byNode != 0 ? byNode : Integer.compare(incarnation, other.incarnation);
    }

    @Override
    public String toString() {
        return Long.toHexString(nodeId) + "#" + incarnation;
    }
}
