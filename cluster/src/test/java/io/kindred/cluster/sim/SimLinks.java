package io.kindred.cluster.sim;

import io.kindred.cluster.membership.Member;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one process, as the transport keeps them: to each node one that it made and one that it let in. Of two
 * processes with one id it keeps to the one that it is connected to, as long as that one answers.
 */
final class SimLinks {
    private static final long ANSWER_NANOS = 1_000_000_000L;

    private final SimNode self;
    private final SimNetwork network;
    private final Map<Long, SimNode> made = new TreeMap<>();
    private final Map<Long, SimNode> letIn = new TreeMap<>();

    /** What comes of dialing. */
    enum Dialed {
        CONNECTED,
        UNREACHABLE,
        /** Another process with this one's id is there, and answers. */
        REFUSED,
        /** Another process with this one's id was there. */
        ASKED
    }

    SimLinks(SimNode self, SimNetwork network) {
        this.self = self;
        this.network = network;
    }

    int size() {
        return made.size();
    }

    List<Long> peers() {
        return List.copyOf(made.keySet());
    }

    boolean has(long id) {
        return made.containsKey(id);
    }

    void clear() {
        made.clear();
        letIn.clear();
    }

    /** What this process had made is there no more. */
    void ended(SimNode process) {
        letIn.remove(process.id, process);
    }

    /** Closes what it made to this node; whether there was such a connection. */
    boolean remove(long id) {
        return made.remove(id) != null;
    }

    void retain(Collection<Long> ids) {
        made.keySet().retainAll(ids);
    }

    /** Where messages to a node go; null: nowhere. */
    @Nullable
    SimNode way(long id) {
        SimNode to = made.getOrDefault(id, letIn.get(id));
        // Where there is one process of each node, who has just found the other one is heard before all of this is
        // told.
        return to != null || network.isDoubled(id) || network.isDoubled(self.id) ? to : network.byId(id);
    }

    /** Whether it hears what that process says. */
    boolean hears(SimNode from) {
        boolean isConnected = made.get(from.id) == from || letIn.get(from.id) == from;
        return isConnected || !network.isDoubled(from.id) && !network.isDoubled(self.id);
    }

    /** Whether the connection that it made is still there at both ends. */
    boolean isUp(long id) {
        SimNode to = made.get(id);
        boolean isDoubled = network.isDoubled(id) || network.isDoubled(self.id);
        return to != null && network.isConnected(self, to) && (!isDoubled || to.links.letIn.get(self.id) == self);
    }

    Dialed dial(Member peer) {
        SimNode to = network.at(peer.clusterPort());
        if (to == null || to == self || to.id != peer.id() || !network.isConnected(self, to) || to.isPaused()) {
            return Dialed.UNREACHABLE;
        }
        if (keepsToAnother(to)) {
            return Dialed.ASKED;
        }
        if (to.links.keepsToAnother(self)) {
            return to.links.answers(to.links.anotherOf(self)) ? Dialed.REFUSED : Dialed.ASKED;
        }
        made.put(peer.id(), to);
        to.links.letIn.put(self.id, self);
        return Dialed.CONNECTED;
    }

    /** Another process with the id of that one, which this one is connected to. */
    @Nullable
    SimNode anotherOf(SimNode newcomer) {
        for (Map<Long, SimNode> side : List.of(letIn, made)) {
            SimNode known = side.get(newcomer.id);
            if (known != null && known != newcomer && known.isRunning()) {
                return known;
            }
        }
        return null;
    }

    /** It asks that one whether it is still there. */
    private boolean keepsToAnother(SimNode newcomer) {
        SimNode other = anotherOf(newcomer);
        if (other != null && !answers(other)) {
            self.after(ANSWER_NANOS, () -> giveUpIfSilent(other));
        }
        return other != null;
    }

    private boolean answers(@Nullable SimNode other) {
        return other != null && network.isConnected(self, other) && !other.isPaused();
    }

    private void giveUpIfSilent(SimNode other) {
        if (answers(other)) {
            return;
        }
        ended(other);
        if (made.get(other.id) == other) {
            self.lost(other.id);
        }
    }
}
