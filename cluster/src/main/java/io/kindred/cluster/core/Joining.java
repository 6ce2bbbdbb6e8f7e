package io.kindred.cluster.core;

import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.membership.MembershipView;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.quorum.Clocks;
import org.jspecify.annotations.Nullable;

/**
 * How a node comes into the ring. A newcomer asks every seed that it is connected to, again each gossip interval, until
 * it finds itself in the ring; a member admits it by a change record. While data cannot move between nodes, a member
 * admits nobody once any member holds data.
 */
final class Joining {
    private final MembershipView membership;
    private final Clocks clocks;
    private final Outlet outlet;
    private final String fingerprint;
    private String lastRefusal = "";

    Joining(MembershipView membership, Clocks clocks, Outlet outlet, String fingerprint) {
        this.membership = membership;
        this.clocks = clocks;
        this.outlet = outlet;
        this.fingerprint = fingerprint;
    }

    void ask(long seed) {
        outlet.send(seed, new Message.JoinRequest(membership.self(), fingerprint));
    }

    void onRefused(Message.JoinRefused refusal) {
        if (!refusal.reason().equals(lastRefusal)) {
            lastRefusal = refusal.reason();
            outlet.effects().note("not admitted: " + refusal.reason());
        }
    }

    /** The record that admits the newcomer; null where it was refused, and told why. */
    @Nullable
    ChangeRecord admit(long from, Message.JoinRequest request, boolean holdsData) {
        String reason = refusal(request, holdsData);
        if (reason != null) {
            outlet.send(from, new Message.JoinRefused(reason));
            return null;
        }
        return record(request.newcomer());
    }

    ChangeRecord record(Member subject) {
        return ChangeRecord.join(
                membership.self().id(),
                clocks.nextStamp(),
                subject.id(),
                subject.weight(),
                new ChangeRecord.Site(subject.zone(), subject.datacenter()));
    }

    private @Nullable String refusal(Message.JoinRequest request, boolean holdsData) {
        Member newcomer = request.newcomer();
        Member namesake = membership.named(newcomer.name());
        if (!request.fingerprint().equals(fingerprint)) {
            return "this cluster has " + fingerprint + ", the newcomer " + request.fingerprint();
        }
        if (namesake != null && namesake.id() != newcomer.id()) {
            return "another node of this cluster is named " + newcomer.name();
        }
        if (holdsData) {
            return "the ring holds data, and joining with data is not possible yet: start all nodes before the first write";
        }
        return null;
    }
}
