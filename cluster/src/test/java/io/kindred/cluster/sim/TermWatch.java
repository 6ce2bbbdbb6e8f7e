package io.kindred.cluster.sim;

import io.kindred.cluster.message.TermMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Sees to it that a term stays where it is while two nodes do not reach each other, unless both of them are replicas. One of
 * them then gets its updates done by way of a third.
 */
final class TermWatch {
    /** Some updates may have been under way when the two were parted. */
    private static final int CHANGES_MAX = 2;

    private final SimCluster cluster;
    /** Who has claimed each partition that is watched, one after the other. */
    private final Map<Integer, List<Long>> claimed = new HashMap<>();

    private List<SimNode> apart = List.of();

    TermWatch(SimCluster cluster) {
        this.cluster = cluster;
    }

    /** From now on these two do not reach each other, and all others do, or soon will: those that did not before. */
    void begin(SimNode one, SimNode other) {
        List<SimNode> before = apart;
        apart = List.of(one, other);
        claimed.clear();
        for (String key : cluster.values.inUse()) {
            List<SimNode> replicas = cluster.replicasOf(key);
            boolean areBoth = replicas.containsAll(apart) || (!before.isEmpty() && replicas.containsAll(before));
            if (!areBoth) {
                claimed.put(cluster.storageKey(key).partition(), new ArrayList<>());
            }
        }
    }

    void sending(TermMessage.TermClaim claim) {
        List<Long> claimers = claimed.get(claim.partition());
        long claimer = claim.guard().term().node();
        if (claimers == null || (!claimers.isEmpty() && claimers.get(claimers.size() - 1) == claimer)) {
            return;
        }
        claimers.add(claimer);
        if (claimers.size() > CHANGES_MAX) {
            throw cluster.violation("the term of partition " + claim.partition() + " goes to and fro: " + claimers);
        }
    }
}
