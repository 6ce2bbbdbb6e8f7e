package io.kindred.cluster.core;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Topic;
import io.kindred.cluster.pubsub.PubSubCore;
import io.kindred.cluster.pubsub.PubSubLimits;
import io.kindred.cluster.pubsub.PubSubOutbox;
import java.util.Set;

/** Publish and subscribe, and what it needs of this node: its clocks, its members and its way out. */
final class PubSubPart {
    private final ClusterMembership membership;
    private final PubSubCore core;

    PubSubPart(ClusterMembership membership, CoreContext in) {
        this.membership = membership;
        core = new PubSubCore(
                PubSubLimits.DEFAULT,
                in.clocks()::nanos,
                new Out(in.output()),
                membership.view().self().start());
    }

    /** This process among all of the cluster's. */
    long self() {
        return membership.view().self().id() ^ membership.view().self().start();
    }

    PubSubCore core() {
        return core;
    }

    void onTick() {
        RingRoster roster = membership.roster();
        Set<Long> departed = roster.departed();
        core.onTick(
                id -> departed.contains(id) || roster.isCastOut(id),
                membership.view().self().start());
    }

    private record Out(CoreOutput output) implements PubSubOutbox {
        @Override
        public void send(long to, Message message) {
            output.send(to, message);
        }

        @Override
        public void published(Topic channel, byte[] payload) {
            output.effects().published(channel, payload);
        }

        @Override
        public void told(long token) {
            output.effects().answer(token, new ClusterAnswer.Subscribed());
        }
    }
}
