package io.kindred.cluster.quorum;

import io.kindred.cluster.version.Term;
import java.util.Arrays;

/**
 * Why an update does not go on as it is.
 *
 * @param nodes the replicas that have refused it: what they hold it has to see
 * @param shown the greatest term that they know
 * @param isMoved whether the ring has changed
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Refusal(long[] nodes, Term shown, boolean isMoved) {
    static final Refusal NONE = new Refusal(new long[0], Term.NONE, false);

    /** @param by 0: nobody, it was found out here */
    Refusal and(long by, Term term, boolean moved) {
        long[] all = nodes;
        if (by != 0 && !isBy(by)) {
            all = Arrays.copyOf(nodes, nodes.length + 1);
            all[nodes.length] = by;
        }
        return new Refusal(all, shown.max(term), isMoved || moved);
    }

    Refusal and(Refusal other) {
        Refusal both = and(0, other.shown, other.isMoved);
        for (long node : other.nodes) {
            both = both.and(node, Term.NONE, false);
        }
        return both;
    }

    boolean isBy(long node) {
        for (long each : nodes) {
            if (each == node) {
                return true;
            }
        }
        return false;
    }
}
