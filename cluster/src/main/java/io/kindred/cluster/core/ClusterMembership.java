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

/** This node as a member: how it joins, and the ring that follows from the change records. */
final class ClusterMembership {
    private final NodeConfig config;
    private final Clocks clocks;
    private final Outlet outlet;
    private final MemberWatch watch;
    private final MembershipView view;
    private final GossipRounds rounds;
    private final RingRouter router;
    private final Joining joining;
    private final List<Member> recoveredMembers;
    /** In order, because each is asked in turn. */
    private final TreeSet<Long> connected = new TreeSet<>();

    private boolean serving;
    /** Whether the records may be a part only: the ring that follows from a part is nobody's. */
    private boolean mayLackRecords;

    ClusterMembership(NodeConfig config, Recovered recovered, Surroundings in, LocalFacts facts) {
        this.config = config;
        clocks = in.clocks();
        outlet = in.outlet();
        watch = new MemberWatch(recovered.self(), config.times(), in, facts);
        view = watch.view();
        rounds = watch.rounds();
        router = new RingRouter(view, watch, partitioner(config.partitioner()), config);
        joining = new Joining(view, clocks, outlet, config.fingerprint());
        view.learn(recovered.records());
        recoveredMembers = recovered.members();
        mayLackRecords = recovered.records().isEmpty() && config.seeded();
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

    MemberWatch watch() {
        return watch;
    }

    MembershipView view() {
        return view;
    }

    boolean isServing() {
        return serving;
    }

    Status status(long id) {
        return router.ring().owned(id) == 0 ? Status.JOINING : watch.status(id);
    }

    void onStarted() {
        recoveredMembers.forEach(rounds::learn);
        for (ChangeRecord record : view.records()) {
            clocks.observe(record.stamp());
        }
        if (!view.hasRecords() && !config.seeded()) {
            view.learn(List.of(joining.record(view.self())));
        }
        changed();
        watch.onStarted();
        onTick();
    }

    void onPeerConnected(long peer) {
        connected.add(peer);
        watch.onPeerConnected(peer);
        if (serving) {
            rounds.greet(peer);
        } else {
            joining.ask(peer);
        }
    }

    void onPeerLost(long peer) {
        connected.remove(peer);
        watch.onPeerLost(peer);
    }

    void onTick() {
        if (watch.onTick() && !serving) {
            connected.forEach(joining::ask);
        }
    }

    long nextTickNanos() {
        return watch.nextTickNanos();
    }

    void onJoinRequest(long from, Message.JoinRequest request) {
        if (!serving) {
            return;
        }
        Member newcomer = request.newcomer();
        if (router.ring().owned(newcomer.id()) == 0) {
            ChangeRecord admission = joining.admit(from, request, rounds.ringHoldsData());
            if (admission == null) {
                return;
            }
            rounds.learn(newcomer);
            view.learn(List.of(admission));
            changed();
            for (long peer : connected) {
                rounds.tell(peer, List.of(newcomer), List.of(admission));
            }
        }
        rounds.tell(from, view.tellings(), view.records());
    }

    void onJoinRefused(Message.JoinRefused refusal) {
        joining.onRefused(refusal);
    }

    void onGossip(long from, Message.Gossip gossip) {
        watch.onGossip(from, gossip);
        serveIfReady();
    }

    void onGossipAsk(long from, Message.GossipAsk ask) {
        rounds.onAsk(from, ask);
    }

    void onGossipTell(long from, Message.GossipTell tell) {
        if (watch.onTell(from, tell)) {
            changed();
        }
        serveIfReady();
    }

    private void changed() {
        router.use(Claim.fold(config.partitions(), view.records()));
        outlet.effects().peers(view.others());
        outlet.effects().remember(view.others(), view.records());
        serveIfReady();
    }

    private void serveIfReady() {
        mayLackRecords &= !rounds.sawOwnRecords();
        if (!serving && !mayLackRecords && router.ring().owned(view.self().id()) > 0) {
            serving = true;
            outlet.effects().serving();
        }
    }
}
