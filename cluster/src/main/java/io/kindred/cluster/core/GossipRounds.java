package io.kindred.cluster.core;

import io.kindred.cluster.membership.Member;
import io.kindred.cluster.membership.MembershipView;
import io.kindred.cluster.message.Message;
import java.util.List;
import java.util.function.Function;

/** Raises this node's heartbeat and tells a few random members what it knows, once an interval. */
final class GossipRounds {
    private static final int PEERS_A_ROUND = 3;

    private final MembershipView membership;
    private final RandomSource random;
    private final long intervalNanos;
    private long nextNanos;
    private boolean started;

    GossipRounds(MembershipView membership, RandomSource random, long intervalNanos) {
        this.membership = membership;
        this.random = random;
        this.intervalNanos = intervalNanos;
    }

    boolean isDue(long nowNanos) {
        return !started || nowNanos - nextNanos >= 0;
    }

    long nextNanos() {
        return nextNanos;
    }

    /** @param telling what to say; true asks for an answer */
    void round(long nowNanos, Outlet outlet, Function<Boolean, Message.Gossip> telling) {
        started = true;
        nextNanos = nowNanos + intervalNanos;
        membership.beat();
        List<Member> others = membership.others();
        int peers = Math.min(PEERS_A_ROUND, others.size());
        for (int i = 0; i < peers; i++) {
            int pick = i + random.nextInt(others.size() - i);
            Member peer = others.get(pick);
            others.set(pick, others.get(i));
            others.set(i, peer);
            outlet.send(peer.id(), telling.apply(true));
        }
    }
}
