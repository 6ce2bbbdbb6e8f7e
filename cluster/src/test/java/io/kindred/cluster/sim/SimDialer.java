package io.kindred.cluster.sim;

import io.kindred.cluster.core.Event;
import io.kindred.cluster.membership.Member;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The connections that a simulated node makes, and makes again. */
final class SimDialer {
    final SimLinks links;
    private final SimNode node;
    private final SimNetwork network;
    private final SimRandom random;
    private List<Member> dialed = List.of();
    /** Those that have refused it, and are dialed once more. */
    private final Set<Long> redialing = new HashSet<>();

    SimDialer(SimNode node, SimNetwork network, SimRandom random) {
        this.node = node;
        this.network = network;
        this.random = random;
        this.links = new SimLinks(node, network);
    }

    /** Another life: nothing is connected. */
    void begin() {
        links.clear();
        redialing.clear();
        dialed = List.of();
    }

    void toDial(List<Member> members) {
        dialed = members;
    }

    /** Whose connection is given up is not told of as lost. */
    void dialOnly(List<Member> members) {
        dialed = members;
        links.retain(members.stream().map(Member::id).toList());
        checkLinksLater(random.between(1_000, 5_000_000));
    }

    void redial(long peer) {
        node.later(0, "redial", () -> {
            if (links.has(peer)) {
                lost(peer);
                checkLinksLater(random.between(50_000_000, 500_000_000));
            }
        });
    }

    void checkLinksLater(long delayNanos) {
        if (node.isRunning()) {
            node.later(delayNanos, "links", this::checkLinks);
        }
    }

    private void checkLinks() {
        for (Member peer : dialed) {
            if (peer.id() == node.id) {
                continue;
            }
            if (links.has(peer.id())) {
                if (!links.isUp(peer.id())) {
                    lost(peer.id());
                }
            } else {
                dial(peer);
            }
        }
    }

    private void dialAgain(Member peer) {
        if (redialing.add(peer.id())) {
            node.later(random.between(200_000_000, 1_000_000_000), "dial", () -> {
                redialing.remove(peer.id());
                checkLinks();
            });
        }
    }

    private void dial(Member peer) {
        switch (links.dial(peer)) {
            case CONNECTED -> node.step(new Event.PeerConnected(peer.id()));
            case REFUSED -> {
                SimNode there = network.at(peer.clusterPort());
                SimNode other = there == null ? null : there.links.anotherOf(node);
                if (other != null) {
                    node.step(new Event.Refused(peer.id(), other.begunAs(), "another process is " + node.name));
                }
                dialAgain(peer);
            }
            case ASKED -> dialAgain(peer);
            case UNREACHABLE -> {}
        }
    }

    /** The connection that it made to this node is not there any more. */
    void lost(long peer) {
        if (links.remove(peer)) {
            node.step(new Event.PeerLost(peer));
        }
    }

    boolean dials(SimNode other) {
        return dialed.stream().anyMatch(member -> member.id() == other.id);
    }

    /** Closes all connections, those that it let in, too. */
    void letGo() {
        List<Long> peers = links.peers();
        links.clear();
        peers.forEach(peer -> node.step(new Event.PeerLost(peer)));
        network.ended(node);
    }
}
