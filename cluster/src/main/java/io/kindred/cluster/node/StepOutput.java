package io.kindred.cluster.node;

import io.kindred.cluster.core.ClusterAnswer;
import io.kindred.cluster.message.Outcome;
import java.util.ArrayDeque;

/**
 * What a step says to clients, kept until it has ended: a callback may make the next request, which must not enter a
 * core that is in the middle of a step.
 */
final class StepOutput {

    private final ArrayDeque<Object> said = new ArrayDeque<>();
    private long[] tokens = new long[64];
    private int first;

    void reply(long token, Outcome outcome) {
        add(token, outcome);
    }

    void answer(long token, ClusterAnswer answer) {
        add(token, answer);
    }

    boolean isEmpty() {
        return said.isEmpty();
    }

    /** Tells the oldest. Requires: not empty. */
    void tellOne(NodeClient client) {
        long token = tokens[first & (tokens.length - 1)];
        first++;
        Object what = said.removeFirst();
        if (what instanceof Outcome outcome) {
            client.reply(token, outcome);
        } else if (what instanceof ClusterAnswer answer) {
            client.answer(token, answer);
        }
    }

    private void add(long token, Object what) {
        if (said.size() == tokens.length) {
            long[] larger = new long[tokens.length * 2];
            for (int i = 0; i < tokens.length; i++) {
                larger[(first + i) & (larger.length - 1)] = tokens[(first + i) & (tokens.length - 1)];
            }
            tokens = larger;
        }
        tokens[(first + said.size()) & (tokens.length - 1)] = token;
        said.addLast(what);
    }
}
