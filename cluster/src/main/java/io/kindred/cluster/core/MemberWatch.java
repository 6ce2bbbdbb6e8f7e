package io.kindred.cluster.core;

import io.kindred.cluster.membership.Accusation;
import io.kindred.cluster.membership.FailureDetector;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.membership.MembershipView;
import io.kindred.cluster.membership.Status;
import io.kindred.cluster.message.MembershipMessage;
import io.kindred.cluster.quorum.Clocks;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Who the members are and who is alive, whatever the ring: gossip rounds, pings, and the verdict that follows from what
 * this node sees and what the others say. docs/membership.md has the protocol.
 *
 * <p>The states of a member, each change of which is noted once: UP to SUSPECT when this node doubts it or anyone accuses
 * it, to DOWN when enough do; back when it is heard again or refutes. {@link #settle} makes all changes.
 */
final class MemberWatch {
    private static final int START_SHIFT = 40;

    private final Clocks clocks;
    private final CoreOutput output;
    private final MembershipView view;
    private final FailureDetector detector;
    private final GossipRounds rounds;
    private final SkewWatch skews;
    private final long intervalNanos;
    /** Pings of this start have greater numbers. */
    private final long firstPing;

    private final TreeMap<Long, Status> noted = new TreeMap<>();
    private long nextRoundNanos;
    private long nextPingNanos;
    private long settledChanges;
    private Predicate<Member> isListed = member -> true;
    private long downs;

    MemberWatch(Member self, NodeConfig.MembershipTimes times, CoreContext in, LocalFacts facts) {
        clocks = in.clocks();
        output = in.output();
        intervalNanos = times.gossipIntervalNanos();
        view = new MembershipView(self);
        skews = new SkewWatch(clocks, output, view);
        firstPing = self.start() << START_SHIFT;
        detector = new FailureDetector(intervalNanos, times.suspectAfterNanos());
        rounds = new GossipRounds(view, detector, in, facts, intervalNanos);
    }

    MembershipView view() {
        return view;
    }

    /** Of whom the operator is told: not of those that have left. */
    void list(Predicate<Member> listed) {
        isListed = listed;
    }

    /** From now on these members, which are gone, are not watched, and all others are. */
    void leaveOut(Set<Long> gone) {
        long self = view.self().id();
        view.leaveOut(gone);
        for (long id : gone) {
            detector.remove(id, self, clocks.nanos());
            noted.remove(id);
        }
        view.others().forEach(member -> detector.add(member.id(), self, clocks.nanos()));
    }

    GossipRounds rounds() {
        return rounds;
    }

    void onStarted() {
        nextRoundNanos = clocks.nanos();
        nextPingNanos = clocks.nanos();
    }

    // --- time ---

    void onTick() {
        long now = clocks.nanos();
        if (now - nextPingNanos >= 0) {
            detector.tick(nextPingNanos, now);
            nextPingNanos = now + FailureDetector.PING_INTERVAL_NANOS;
            settle();
            skews.look();
            detector.toPing(now).forEach(this::ping);
            detector.toRedial(now).forEach(output.effects()::redial);
        }
        if (now - nextRoundNanos >= 0) {
            nextRoundNanos = now + intervalNanos;
            rounds.round();
        }
    }

    long nextTickNanos() {
        return Math.min(nextRoundNanos, nextPingNanos);
    }

    // --- peers ---

    /** Any message came from this peer. */
    void heard(long peer) {
        detector.heard(peer, clocks.nanos());
    }

    void onPeerConnected(long peer) {
        detector.connected(peer, clocks.nanos());
        settle();
        if (!detector.isDoubted(peer)) {
            // Updates that are forwarded to it need its clock.
            ping(peer);
        }
    }

    void onPeerLost(long peer) {
        detector.lost(peer);
        clocks.peers().forget(peer);
        settle();
    }

    /** An answer of this node is overdue: it is pinged, so that one that is there clears itself in one round trip. */
    void late(long node) {
        if (detector.late(node, clocks.nanos())) {
            ping(node);
        }
    }

    void answered(long node) {
        detector.answered(node);
    }

    private void ping(long peer) {
        long number = firstPing + detector.ping(peer, clocks.nanos());
        output.send(peer, new MembershipMessage.Ping(number, clocks.tellStamp(), clocks.nanos()));
    }

    void onPing(long from, MembershipMessage.Ping ping) {
        clocks.observe(ping.stamp());
        output.send(
                from,
                new MembershipMessage.Pong(ping.number(), clocks.tellStamp(), ping.sentNanos(), clocks.reading()));
    }

    void onPong(long from, MembershipMessage.Pong pong) {
        if (pong.number() >>> START_SHIFT != firstPing >>> START_SHIFT) {
            // An earlier life has asked.
            return;
        }
        clocks.observe(pong.stamp());
        clocks.peers().answered(from, pong.reading(), pong.sentNanos(), clocks);
        detector.ponged(from, pong.number() - firstPing, clocks.nanos());
    }

    // --- gossip ---

    void onGossip(long from, MembershipMessage.Gossip gossip) {
        rounds.onGossip(from, gossip);
        settle();
    }

    GossipRounds.News onTell(long from, MembershipMessage.GossipTell tell) {
        GossipRounds.News news = rounds.onTell(from, tell);
        settle();
        return news;
    }

    // --- the verdict ---

    private void settle() {
        List<Accusation> accused = new ArrayList<>();
        for (long id : detector.accused(clocks.nanos())) {
            Member member = view.member(id);
            if (member != null) {
                accused.add(new Accusation(id, member.generation()));
            }
        }
        view.accuse(accused);
        if (view.judge() || detector.changes() != settledChanges) {
            for (Member member : view.others()) {
                detector.agreed(member.id(), view.isDown(member.id()));
                note(member, status(member.id()));
            }
            settledChanges = detector.changes();
        }
    }

    private void note(Member member, Status status) {
        if (noted.put(member.id(), status) != status && isListed.test(member)) {
            downs += status == Status.DOWN ? 1 : 0;
            String line = "node " + member.name() + " is " + status.text();
            if (status == Status.UP) {
                output.effects().note(line);
            } else {
                output.effects().warn(line);
            }
        }
    }

    /** UP, SUSPECT or DOWN. */
    Status status(long id) {
        if (id == view.self().id()) {
            return Status.UP;
        }
        if (view.isDown(id)) {
            return Status.DOWN;
        }
        return detector.isDoubted(id) || view.isAccusedByAny(id) ? Status.SUSPECT : Status.UP;
    }

    /** Whether not to wait for this node just now. */
    boolean avoids(long node) {
        return node != view.self().id() && detector.avoids(node, clocks.nanos());
    }

    boolean isFresh(long node) {
        return node != view.self().id() && detector.isFresh(node, clocks.nanos());
    }

    /** As {@link #avoids}, but for a late answer. */
    boolean isGone(long node) {
        return node != view.self().id() && detector.isDoubted(node);
    }

    SkewWatch skews() {
        return skews;
    }

    /** What has happened since the start. */
    NodeViews.WatchCounts counts() {
        return new NodeViews.WatchCounts(
                detector.suspicions(), downs, view.own().refutations(), detector.stalls());
    }
}
