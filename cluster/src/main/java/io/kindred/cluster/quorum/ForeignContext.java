package io.kindred.cluster.quorum;

import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import org.jspecify.annotations.Nullable;

/**
 * A context that another cluster gave out. What it covers was never here, so a write with it supersedes nothing, and its
 * actors would stay in the key's clock for ever. It is told by an actor of a node that was never a member and that the key's
 * clock does not name.
 */
final class ForeignContext {
    private ForeignContext() {}

    /** Why a write with this context is refused; null: it is not. */
    static @Nullable String refusal(Router router, Versions held, VersionVector context) {
        for (VersionVector.Run run : context) {
            Actor actor = run.actor();
            if (!router.wasEverMember(actor.nodeId()) && held.clock().highest(actor) == 0) {
                return "ERR the context is from another cluster: it names node "
                        + String.format("%016x", actor.nodeId())
                        + ", which was never a member of this one and is not in the key's clock; read the key with KIN.GET"
                        + " for its own context";
            }
        }
        return null;
    }
}
