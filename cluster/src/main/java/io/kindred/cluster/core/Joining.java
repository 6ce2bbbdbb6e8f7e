package io.kindred.cluster.core;

import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.message.MembershipMessage;
import io.kindred.cluster.quorum.Clocks;
import java.util.NavigableSet;
import org.jspecify.annotations.Nullable;

/**
 * How a node comes into the ring. A newcomer asks the peers that it is connected to, one after the other, until it
 * finds itself in the ring; a member admits it by a change record: to a place of its own, or to that of a member that is
 * gone. What follows is the transfer of its share.
 */
final class Joining {
    /** Two that are asked at once make two records, and every member folds its ring twice. */
    private static final long TURN_NANOS = 200_000_000L;

    private final Members members;
    private final Clocks clocks;
    private final CoreOutput output;
    private final String fingerprint;
    private String lastRefusal = "";
    /** The member whose place this node asks for; empty: a place of its own. */
    private String replaces = "";

    private boolean hasAsked;
    private long askedNanos;
    private long lastAsked;

    /** What it has to know of the members. */
    interface Members {
        Member self();

        /** The member of that name that is listed, or any other of that name. */
        @Nullable
        Member named(String name);

        /** Whether it is in the ring, or on its way out of it. */
        boolean isListed(long id);

        /** Whether it has been in the ring and is not any more. */
        boolean hasLeft(long id);

        /** Whether it is up, as far as this node knows. */
        boolean answers(long id);

        /** For the next record that this node makes. */
        long nextRecordStamp();
    }

    Joining(Members members, Clocks clocks, CoreOutput output, String fingerprint) {
        this.members = members;
        this.clocks = clocks;
        this.output = output;
        this.fingerprint = fingerprint;
    }

    /** Asks the next of these peers to be admitted, unless the one before may still answer. */
    void askNext(NavigableSet<Long> peers) {
        if (peers.isEmpty() || clocks.nanos() - nextTickNanos() < 0) {
            return;
        }
        Long next = hasAsked ? peers.higher(lastAsked) : null;
        lastAsked = next == null ? peers.first() : next;
        askedNanos = clocks.nanos();
        hasAsked = true;
        output.send(lastAsked, new MembershipMessage.JoinRequest(members.self(), fingerprint, replaces));
    }

    /** When the next one is to be asked. */
    long nextTickNanos() {
        return hasAsked ? askedNanos + TURN_NANOS : clocks.nanos();
    }

    /** From now on asks for the place of this member. */
    void askToReplace(String name) {
        replaces = name;
    }

    /**
     * Once this node is in the ring: the record that still has to be made where it was admitted to a place of its own after
     * it had been told to take another's; null: there is none.
     */
    @Nullable
    ChangeRecord replacementLeft() {
        String name = replaces;
        replaces = "";
        Member old = name.isEmpty() ? null : members.named(name);
        if (old == null || old.id() == members.self().id() || refusalToReplace(name) != null) {
            return null;
        }
        ChangeRecord join = record(members.self());
        return join.replacing(old.id(), join.stamp());
    }

    void onRefused(MembershipMessage.JoinRefused refusal) {
        if (!refusal.reason().equals(lastRefusal)) {
            lastRefusal = refusal.reason();
            output.effects().warn("not admitted: " + refusal.reason());
        }
    }

    /** The record that admits the newcomer; null where it was refused, and told why. */
    @Nullable
    ChangeRecord admit(long from, MembershipMessage.JoinRequest request) {
        String reason = refusal(request);
        if (reason != null) {
            output.send(from, new MembershipMessage.JoinRefused(reason));
            return null;
        }
        ChangeRecord join = record(request.newcomer());
        Member replaced = request.replaces().isEmpty() ? null : members.named(request.replaces());
        return replaced == null ? join : join.replacing(replaced.id(), join.stamp());
    }

    ChangeRecord record(Member subject) {
        return ChangeRecord.join(
                members.self().id(),
                members.nextRecordStamp(),
                subject.id(),
                subject.weight(),
                new ChangeRecord.Site(subject.zone(), subject.datacenter()));
    }

    private @Nullable String refusal(MembershipMessage.JoinRequest request) {
        Member newcomer = request.newcomer();
        if (!request.fingerprint().equals(fingerprint)) {
            return "this cluster has " + fingerprint + ", the newcomer " + request.fingerprint();
        }
        if (members.hasLeft(newcomer.id())) {
            return newcomer.name() + " has left this cluster; to join again it needs an empty data directory";
        }
        if (!request.replaces().isEmpty()) {
            return refusalToReplace(request.replaces());
        }
        Member namesake = members.named(newcomer.name());
        if (namesake != null && namesake.id() != newcomer.id() && members.isListed(namesake.id())) {
            return "another node of this cluster is named " + newcomer.name()
                    + "; if that one is gone for good, send this one KIN.REPLACE " + newcomer.name();
        }
        return null;
    }

    /** Why a member's place cannot be taken; null: it can. One that was leaving has none any more, and is given up. */
    @Nullable
    String refusalToReplace(String name) {
        Member old = members.named(name);
        if (old == null || !members.isListed(old.id())) {
            return "no member of the ring is named " + name;
        }
        return members.answers(old.id())
                ? "node " + name + " answers; only one that is gone can be replaced or forgotten"
                : null;
    }
}
