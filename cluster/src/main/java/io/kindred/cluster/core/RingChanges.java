package io.kindred.cluster.core;

import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Member;

/** What an operator decides about the ring, at this node: each becomes a change record, and the transfers follow from it. */
final class RingChanges {
    private final ClusterMembership membership;

    RingChanges(ClusterMembership membership) {
        this.membership = membership;
    }

    ClusterAnswer decide(ClusterQuery query) {
        if (query instanceof ClusterQuery.Leave) {
            return leave();
        } else if (query instanceof ClusterQuery.Replace replace) {
            return replace(replace.name());
        } else if (query instanceof ClusterQuery.Forget forget) {
            return forget(forget.name());
        }
        return failed("unknown question");
    }

    private ClusterAnswer leave() {
        long self = self().id();
        if (!membership.roster().isInRing(self)) {
            return membership.roster().hasLeft(self)
                    ? new ClusterAnswer.Decided()
                    : failed("this node is not in the ring yet");
        }
        if (membership.router().view().nodes().size() == 1) {
            return failed("this is the only node of the ring; there is nobody to take its data");
        }
        if (isLastOfItsDatacenter() && !areAllUp()) {
            return failed(
                    "this is the last node of its datacenter, and not all others are up: what it wrote may not be with"
                            + " them yet");
        }
        return decided(ChangeRecord.leave(self, membership.roster().nextRecordStamp(), self));
    }

    private boolean isLastOfItsDatacenter() {
        return membership.router().ring().members().size() == 1;
    }

    private boolean areAllUp() {
        return membership.roster().listed().stream()
                .allMatch(member ->
                        member.id() == self().id() || membership.roster().answers(member.id()));
    }

    private ClusterAnswer replace(String name) {
        Member self = self();
        Member old = membership.roster().named(name);
        if (membership.start().isMisplaced()) {
            membership.start().startOver(name);
            return new ClusterAnswer.Decided();
        }
        if (membership.view().changes().isEmpty()) {
            // Not admitted yet: the request to join says it.
            membership.joining().askToReplace(name);
            return new ClusterAnswer.Decided();
        }
        if (old != null && old.id() == self.id()) {
            return failed("a node cannot replace itself");
        }
        String why = membership.roster().hasLeft(self.id())
                ? "this node has left the ring; start a new one with an empty data directory"
                : membership.joining().refusalToReplace(name);
        if (why != null || old == null) {
            return failed(String.valueOf(why));
        }
        ChangeRecord join = membership.joining().record(self);
        return decided(join.replacing(old.id(), join.stamp()));
    }

    private ClusterAnswer forget(String name) {
        Member old = membership.roster().named(name);
        if (old != null && old.id() == self().id()) {
            return failed("a node cannot forget itself; KIN.LEAVE has it leave");
        }
        if (old != null
                && membership.roster().isListed(old.id())
                && membership.roster().answers(old.id())) {
            return failed(
                    "node " + name + " answers; only one that is gone can be forgotten. Have it leave with KIN.LEAVE");
        }
        if (old == null || !membership.roster().isListed(old.id())) {
            return failed("no member is named " + name);
        }
        if (membership.roster().isInRing(old.id())
                && membership.router().view().nodes().size() == 1) {
            return failed("node " + name + " is the only one of the ring");
        }
        return decided(ChangeRecord.forget(self().id(), membership.roster().nextRecordStamp(), old.id()));
    }

    private ClusterAnswer decided(ChangeRecord record) {
        membership.decide(record);
        return new ClusterAnswer.Decided();
    }

    private static ClusterAnswer failed(String why) {
        return new ClusterAnswer.Failed("ERR " + why);
    }

    private Member self() {
        return membership.view().self();
    }
}
