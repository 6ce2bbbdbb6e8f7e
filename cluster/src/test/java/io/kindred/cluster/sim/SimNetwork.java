package io.kindred.cluster.sim;

import io.kindred.cluster.message.Message;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The links between nodes. Each direction of each pair can be cut on its own; what is under way loses, delays, doubles
 * and reorders as the plan says.
 */
final class SimNetwork {
    private final SimSchedule schedule;
    private final SimRandom random;
    private final List<SimNode> nodes = new ArrayList<>();
    /** Processes that were started from a copy of a node's directory, and run beside it. */
    private final List<SimNode> copies = new ArrayList<>();

    private final Set<Link> cut = new HashSet<>();
    private final List<HeldMessages> holders = new ArrayList<>();
    double lossRate;
    double doubleRate;
    /** How many of the messages that one node sends another at the same time travel together. */
    double frameRate;
    /** Those that were made last, at the same time. */
    private final List<Frame> frames = new ArrayList<>();

    long delayMinNanos = 50_000;
    long delayMaxNanos = 2_000_000;
    /** What the way to another datacenter takes longer. */
    long longLinkNanos = 40_000_000;
    /** Whether datacenters cannot hear each other: no healing of other cuts ends it. */
    private boolean isSplit;

    /** What is held back now, and whether its first copy is delivered all the same. */
    private Predicate<Message> holds = message -> false;

    private boolean holdsCopies;
    private final List<Runnable> held = new ArrayList<>();

    long sent;
    long lost;

    private record Link(int from, int to) {}

    private record Frame(SimNode from, SimNode to, long sentNanos, List<Message> messages) {}

    SimNetwork(SimSchedule schedule, SimRandom random) {
        this.schedule = schedule;
        this.random = random;
    }

    void add(SimNode node) {
        nodes.add(node);
    }

    void addCopy(SimNode copy) {
        copies.add(copy);
    }

    void removeCopy(SimNode copy) {
        copies.remove(copy);
    }

    void send(SimNode from, long toId, Message message) {
        SimNode to = from.links.way(toId);
        if (to == null) {
            return;
        }
        sent++;
        if (holds.test(message)) {
            held.add(() -> deliverLater(from, to, message));
            if (!holdsCopies) {
                return;
            }
        }
        deliverLater(from, to, message);
        if (random.chance(doubleRate)) {
            deliverLater(from, to, message);
        }
    }

    /** From now on keeps back such messages. */
    void hold(Predicate<Message> which) {
        holds = which;
        holdsCopies = false;
    }

    /** From now on keeps back a copy of each such message. */
    void copy(Predicate<Message> which) {
        holds = which;
        holdsCopies = true;
    }

    /** Sends what was kept back on its way, so many times, and keeps nothing back any more. */
    void release(int times) {
        holds = message -> false;
        for (int i = 0; i < times; i++) {
            held.forEach(Runnable::run);
        }
        held.clear();
    }

    private void deliverLater(SimNode from, SimNode to, Message message) {
        if (!isOpen(from, to) || random.chance(lossRate)) {
            lost++;
            return;
        }
        for (HeldMessages holder : holders) {
            if (holder.takes(from, to, message)) {
                return;
            }
        }
        long delay = random.between(delayMinNanos, delayMaxNanos) + (isNear(from, to) ? 0 : longLinkNanos);
        deliver(from, to, message, delay);
    }

    /** In so long, if both are there then. */
    void deliver(SimNode from, SimNode to, Message message, long delay) {
        if (frameRate > 0 && joinsFrame(from, to, message)) {
            return;
        }
        int life = to.life();
        String what = message.getClass().getSimpleName() + from.index + to.index;
        List<Message> frame = new ArrayList<>(List.of(message));
        if (frameRate > 0) {
            frames.add(new Frame(from, to, schedule.nowNanos(), frame));
        }
        schedule.after(delay, what, () -> {
            frames.removeIf(each -> each.messages() == frame);
            // A connection ends with the process that it was made to, and what is under way on it with that.
            if (isOpen(from, to) && to.life() == life && to.links.hears(from)) {
                to.receive(from, frame);
            } else {
                lost++;
            }
        });
    }

    private boolean joinsFrame(SimNode from, SimNode to, Message message) {
        frames.removeIf(frame -> frame.sentNanos() != schedule.nowNanos());
        for (Frame frame : frames) {
            if (frame.from() == from && frame.to() == to && random.chance(frameRate)) {
                frame.messages().add(message);
                return true;
            }
        }
        return false;
    }

    /** Whatever it takes does not arrive by itself. */
    void hold(HeldMessages holder) {
        holders.add(holder);
    }

    void holdNoMore(HeldMessages holder) {
        holders.remove(holder);
    }

    /** Whether a connection from one to the other carries messages. */
    boolean isOpen(SimNode from, SimNode to) {
        return to.isRunning() && !cut.contains(new Link(from.index, to.index)) && (!isSplit || isNear(from, to));
    }

    static boolean isNear(SimNode from, SimNode to) {
        return from.datacenter.equals(to.datacenter);
    }

    /** Cuts the datacenters off from each other, or joins them again. */
    void splitDatacenters(boolean apart) {
        isSplit = apart;
        linkChanged();
    }

    /** Cuts one direction. A connection needs both, so the shells notice; which side first is chance. */
    void cut(SimNode from, SimNode to) {
        if (cut.add(new Link(from.index, to.index))) {
            linkChanged();
        }
    }

    /** This process is not there any more: what it had made has ended. */
    void ended(SimNode process) {
        Stream.concat(nodes.stream(), copies.stream()).forEach(node -> node.links.ended(process));
        linkChanged();
    }

    void heal() {
        cut.clear();
        lossRate = 0;
        doubleRate = 0;
        delayMinNanos = 50_000;
        delayMaxNanos = 2_000_000;
        linkChanged();
    }

    /** Every shell learns, after a while, which of its connections are there. */
    void linkChanged() {
        for (SimNode node : nodes) {
            node.checkLinksLater(random.between(100_000, 300_000_000));
        }
        for (SimNode copy : copies) {
            copy.checkLinksLater(random.between(100_000, 300_000_000));
        }
    }

    boolean isConnected(SimNode from, SimNode to) {
        return isOpen(from, to) && isOpen(to, from);
    }

    @Nullable
    SimNode byId(long id) {
        for (SimNode node : nodes) {
            if (node.id == id) {
                return node;
            }
        }
        return null;
    }

    /** The process that listens there. */
    @Nullable
    SimNode at(int clusterPort) {
        for (SimNode copy : copies) {
            if (copy.index == clusterPort) {
                return copy;
            }
        }
        return clusterPort < nodes.size() ? nodes.get(clusterPort) : null;
    }

    List<SimNode> nodes() {
        return nodes;
    }

    List<SimNode> copies() {
        return copies;
    }

    /** Whether there is more than one process with this id. */
    boolean isDoubled(long id) {
        return !copies.isEmpty() && copies.stream().anyMatch(copy -> copy.id == id);
    }

    /** A process that a client may talk to. */
    SimNode any(SimRandom random) {
        int which = random.nextInt(nodes.size() + copies.size());
        return which < nodes.size() ? nodes.get(which) : copies.get(which - nodes.size());
    }
}
