package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import org.jspecify.annotations.Nullable;

/** What can be told of a write before it is sent. */
final class WriteChance {
    private WriteChance() {}

    /** Whether enough nodes are there for a write to have a chance; asked before anything is applied. */
    static boolean isThere(Coordination node, Route route, QuorumSpec quorum) {
        return isThere(node, route, WriteNeeds.of(node.settings(), quorum, route));
    }

    /** Whether enough of the key's own replicas are not gone for an update to be exact. */
    static boolean isExact(Coordination node, Route route, QuorumSpec quorum) {
        return isThere(node, route, WriteNeeds.exact(node.settings(), quorum, route));
    }

    private static boolean isThere(Coordination node, Route route, WriteNeeds needs) {
        int missing = 0;
        for (int set = 0; set < needs.sets(); set++) {
            int live = 0;
            for (int i = 0; i < route.writers().length; i++) {
                boolean lives = i == route.self() || !node.router().isGone(route.writers()[i]);
                live += lives && needs.isIn(set, i) ? 1 : 0;
            }
            if (live < needs.own(set)) {
                return false;
            }
            missing = Math.max(missing, needs.all(set) - live);
        }
        return missing <= 0 || StandIns.healthy(node.router(), route, missing) >= missing;
    }

    /** What a client is told of a write that its coordinator could not store; null: it may still take effect. */
    static @Nullable String refusal(Verdict verdict) {
        return switch (verdict) {
            case FULL ->
                "MISCONF the disk of the coordinating node is full and took the write back, which others may have read"
                        + " meanwhile; make room and retry.";
            case TOO_MANY_SIBLINGS -> SiblingLimits.TOO_MANY;
            case UNREADABLE -> Outcome.UNREADABLE.error();
            default -> null;
        };
    }
}
