package io.kindred.cluster.quorum;

import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import org.jspecify.annotations.Nullable;

/**
 * A context that another cluster gave out. What it covers was never here, so a write with it supersedes nothing, and its
 * actors would stay in the key's clock for ever. It is told by its actors: none of them is of a node that this one has ever heard
 * of, or in the key's clock. One that is known is enough to believe the rest, which gossip may not have told yet.
 */
final class ForeignContext {
    private ForeignContext() {}

    /** Why a write with this context is refused; null: it is not. */
    static @Nullable String refusal(Router router, Versions held, VersionVector context) {
        long stranger = 0;
        for (VersionVector.Run run : context) {
            Actor actor = run.actor();
            if (router.wasEverMember(actor.nodeId()) || held.clock().highest(actor) > 0) {
                return null;
            }
            stranger = actor.nodeId();
        }
        return stranger == 0
                ? null
                : "ERR the context is from another cluster: it names node " + String.format("%016x", stranger)
                        + ", and no node that was ever a member of this one or is in the key's clock; read the key with"
                        + " KIN.GET for its own context";
    }
}
