package io.kindred.cluster.quorum;

import java.util.List;

/** What a round needs in which several updates of a key run: enough for each of them. */
final class UpdateNeeds {
    private UpdateNeeds() {}

    static Needs reads(QuorumSettings settings, List<UpdateStep.Update> updates, Route route, boolean isExact) {
        int reads = 1;
        int own = 0;
        for (UpdateStep.Update each : updates) {
            Needs needs = settings.reads(each.ticket().quorum(), route.serving());
            Needs enough = isExact ? needs.exact(route.serving()) : needs;
            reads = Math.max(reads, enough.all());
            own = Math.max(own, enough.own());
        }
        return new Needs(reads, own);
    }

    /** Whether enough of the key's own replicas are there for all of them. */
    static boolean isExact(Coordination node, List<UpdateStep.Update> updates, Route route) {
        for (UpdateStep.Update each : updates) {
            if (!WriteChance.isExact(node, route, each.ticket().quorum())) {
                return false;
            }
        }
        return true;
    }

    /** Whether none of them has waited for half of its time. */
    static boolean isEarly(Coordination node, List<UpdateStep.Update> updates) {
        long half = node.settings().timeoutNanos() / 2;
        for (UpdateStep.Update each : updates) {
            if (each.ticket().deadlineNanos() - node.clocks().nanos() <= half) {
                return false;
            }
        }
        return true;
    }
}
