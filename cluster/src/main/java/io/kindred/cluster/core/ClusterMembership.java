package io.kindred.cluster.core;

import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.membership.MembershipView;
import io.kindred.cluster.membership.Status;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.ring.Claim;
import io.kindred.cluster.ring.Md5Partitioner;
import io.kindred.cluster.ring.Partitioner;
import io.kindred.cluster.ring.SlotPartitioner;
import java.util.List;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** This node as a member: how it joins, what it gossips, and the ring that follows from the change records. */
final class ClusterMembership {
    private final NodeConfig config;
    private final Clocks clocks;
    private final Outlet outlet;
    private final LocalFacts facts;
    private final MembershipView view;
    private final RingRouter router;
    private final Joining joining;
    private final GossipRounds rounds;
    private final List<Member> recoveredMembers;
    /** In order, because each is asked in turn. */
    private final TreeSet<Long> connected = new TreeSet<>();

    private boolean serving;
    private boolean othersHoldData;

    /** What a telling says of this node's own data, and what it does with flush stamps that it is told. */
    record LocalFacts(
            BooleanSupplier holdsData, Supplier<List<Long>> flushStamps, Consumer<List<Long>> onFlushStamps) {}

    ClusterMembership(
            NodeConfig config,
            Recovered recovered,
            Clocks clocks,
            RandomSource random,
            Outlet outlet,
            LocalFacts facts) {
        this.config = config;
        this.clocks = clocks;
        this.outlet = outlet;
        this.facts = facts;
        view = new MembershipView(recovered.self(), config.times().suspectAfterNanos());
        router = new RingRouter(view, clocks, partitioner(config.partitioner()), config);
        joining = new Joining(view, clocks, outlet, config.fingerprint());
        rounds = new GossipRounds(view, random, config.times().gossipIntervalNanos());
        view.learn(recovered.records());
        recoveredMembers = recovered.members();
    }

    private static Partitioner partitioner(String name) {
        return switch (name) {
            case "md5" -> new Md5Partitioner();
            case "slot" -> new SlotPartitioner();
            default -> throw new IllegalArgumentException("no such partitioner: " + name);
        };
    }

    RingRouter router() {
        return router;
    }

    MembershipView view() {
        return view;
    }

    boolean isServing() {
        return serving;
    }

    Status status(long id) {
        return view.status(id, router.ring().owned(id) > 0, clocks.nanos());
    }

    void onStarted() {
        for (Member member : recoveredMembers) {
            view.learn(member, clocks.nanos());
        }
        for (ChangeRecord record : view.records()) {
            clocks.observe(record.stamp());
        }
        if (view.records().isEmpty() && !config.seeded()) {
            view.learn(List.of(joining.record(view.self())));
        }
        changed();
        onTick();
    }

    void onPeerConnected(long peer) {
        connected.add(peer);
        view.connected(peer);
        if (serving) {
            outlet.send(peer, telling(true));
        } else {
            joining.ask(peer);
        }
        noteStates();
    }

    void onPeerLost(long peer) {
        connected.remove(peer);
        view.lost(peer);
        noteStates();
    }

    void onTick() {
        if (!rounds.isDue(clocks.nanos())) {
            return;
        }
        rounds.round(clocks.nanos(), outlet, this::telling);
        if (!serving) {
            connected.forEach(joining::ask);
        }
        noteStates();
    }

    long nextTickNanos() {
        return rounds.nextNanos();
    }

    void onJoinRequest(long from, Message.JoinRequest request) {
        if (!serving) {
            return;
        }
        Member newcomer = request.newcomer();
        if (router.ring().owned(newcomer.id()) == 0) {
            ChangeRecord admission =
                    joining.admit(from, request, facts.holdsData().getAsBoolean() || othersHoldData);
            if (admission == null) {
                return;
            }
            view.learn(newcomer, clocks.nanos());
            view.learn(List.of(admission));
            changed();
            for (long peer : connected) {
                outlet.send(peer, telling(false));
            }
        }
        outlet.send(from, telling(false));
    }

    void onJoinRefused(Message.JoinRefused refusal) {
        joining.onRefused(refusal);
    }

    void onGossip(long from, Message.Gossip gossip) {
        boolean news = false;
        for (Member member : gossip.members()) {
            news |= view.learn(member, clocks.nanos());
        }
        for (ChangeRecord record : gossip.records()) {
            clocks.observe(record.stamp());
        }
        news |= view.learn(gossip.records());
        othersHoldData |= gossip.holdsData();
        facts.onFlushStamps().accept(gossip.flushStamps());
        if (news) {
            changed();
        }
        if (gossip.answer()) {
            outlet.send(from, telling(false));
        }
        noteStates();
    }

    private Message.Gossip telling(boolean answer) {
        return new Message.Gossip(
                view.tellings(),
                view.records(),
                facts.flushStamps().get(),
                facts.holdsData().getAsBoolean() || othersHoldData,
                answer);
    }

    private void changed() {
        router.use(Claim.fold(config.partitions(), view.records()));
        outlet.effects().peers(view.others());
        outlet.effects().remember(view.others(), view.records());
        if (!serving && router.ring().owned(view.self().id()) > 0) {
            serving = true;
            outlet.effects().serving();
        }
    }

    private void noteStates() {
        for (Member member : view.changedSince(clocks.nanos())) {
            String state = view.isReachable(member.id(), clocks.nanos()) ? "up" : "suspect";
            outlet.effects().note("node " + member.name() + " is " + state);
        }
    }
}
