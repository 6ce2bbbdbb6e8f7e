package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.RequestMessage;
import io.kindred.cluster.message.SizeLimits;
import io.kindred.cluster.version.SplitVersions;
import io.kindred.cluster.version.Versions;
import org.jspecify.annotations.Nullable;

/** Brings replicas that answered a read with less than the merge up to it, after the reply (Dynamo, section 5). */
final class ReadRepair {
    private ReadRepair() {}

    /** @param answers by place in the preference list; null: did not answer */
    static void repair(Coordination node, Route route, @Nullable Versions[] answers, Versions merged) {
        KeyLine line = node.lines().find(route.storageKey());
        if (line != null && line.isHeld(Hold.GROUP)) {
            return;
        }
        for (int i = 0; i < answers.length; i++) {
            Versions answer = answers[i];
            if (answer == null || answer.sameAs(merged)) {
                continue;
            }
            if (!node.repairs().take(node.clocks().nanos())) {
                node.counters().repairsShed++;
                continue;
            }
            node.counters().readRepairs++;
            if (i == route.self()) {
                node.replica().write(route.storageKey(), new Merge(merged));
            } else {
                for (Versions part : SplitVersions.of(merged, SizeLimits.PART_BYTES_MAX)) {
                    node.outbox().send(route.writers()[i], new RequestMessage.Deltas(0, route.storageKey(), part, 0));
                }
            }
        }
    }

    private record Merge(Versions merged) implements LocalReplica.WriteStep {
        @Override
        public @Nullable Versions next(Versions current) {
            Versions joined = current.join(merged);
            return joined.sameAs(current) ? null : joined;
        }

        @Override
        public boolean isBlind() {
            return true;
        }

        /** A repair that failed is found again by the next read. */
        @Override
        public void done(Verdict verdict) {}
    }
}
