package io.kindred.cluster.sim;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.RequestMessage;
import io.kindred.cluster.message.TermMessage;
import java.util.ArrayList;
import java.util.List;

/**
 * What goes wrong with whoever runs the updates of some key, again and again: it is killed, cut off, stands still or is slow;
 * what it has made is at it alone, or at one more node and late; messages of one kind are late or lost; and all of that at
 * once, to all that have the key.
 */
final class FirstFaults {
    private static final long MILLI = 1_000_000L;

    private static final List<Class<? extends Message>> KINDS = List.of(
            RequestMessage.Deltas.class,
            RequestMessage.DeltasAck.class,
            RequestMessage.Acks.class,
            RequestMessage.ReadRequest.class,
            RequestMessage.ReadReply.class,
            RequestMessage.Forward.class,
            RequestMessage.ForwardReply.class,
            TermMessage.TermClaim.class,
            TermMessage.TermReply.class);

    private final SimCluster cluster;
    private final FaultPlan faults;
    private final SimRandom random;

    FirstFaults(SimCluster cluster, FaultPlan faults, SimRandom random) {
        this.cluster = cluster;
        this.faults = faults;
        this.random = random;
    }

    void begin(long untilNanos) {
        long at = 500 * MILLI;
        while (at < untilNanos - 500 * MILLI) {
            cluster.schedule.after(at, "first", this::strike);
            at += random.between(50 * MILLI, 700 * MILLI);
        }
    }

    private void strike() {
        faults.struck++;
        SimNode first = faults.first();
        SimNode other = random.pick(cluster.network.nodes());
        long lasts = random.between(20 * MILLI, 900 * MILLI);
        if (cluster.plan().trouble() == SimPlan.Trouble.SLOW_DISKS) {
            for (SimNode slow : faults.replicasOfHot()) {
                if (random.chance(0.6)) {
                    faults.stall(slow, 2 * lasts);
                }
            }
            return;
        }
        switch (random.nextInt(24)) {
            case 0, 1 -> faults.kill(first, false, lasts);
            case 2 -> faults.kill(first, true, lasts);
            case 3, 4 -> faults.pause(first, lasts);
            case 5, 6 -> faults.oneWay(first, other, lasts);
            case 7 -> faults.oneWay(other, first, lasts);
            case 8 -> faults.alone(first, lasts);
            case 9 -> faults.noise(lasts);
            case 10, 11 -> faults.stall(first, lasts);
            case 12, 13 -> keepBack(first, other, lasts);
            case 14 -> storm();
            default -> strand();
        }
    }

    /** All at once to those that have one key. */
    private void storm() {
        List<SimNode> nodes = faults.replicasOfHot();
        int times = 4 + random.nextInt(10);
        for (int i = 0; i < times; i++) {
            cluster.schedule.after(random.between(0, 300 * MILLI), "storm", () -> gust(nodes));
        }
        cluster.schedule.after(random.between(350 * MILLI, 500 * MILLI), "calm", cluster.network::heal);
    }

    private void gust(List<SimNode> nodes) {
        SimNode one = random.pick(nodes);
        SimNode other = random.pick(nodes);
        long lasts = random.between(2 * MILLI, 150 * MILLI);
        switch (random.nextInt(10)) {
            case 0 -> faults.kill(one, false, lasts);
            case 1, 2 -> faults.kill(one, true, lasts);
            case 3 -> faults.pause(one, lasts);
            case 4 -> cluster.network.cut(one, other);
            case 5, 6 -> end(versions(one, other, true), lasts, random.chance(0.6));
            case 7 -> end(versions(one, other, false), lasts, random.chance(0.3));
            default -> keepBack(one, other, lasts);
        }
    }

    /** Messages of one kind between two nodes, or from all to one, come late or not at all. */
    private void keepBack(SimNode from, SimNode to, long lasts) {
        Class<? extends Message> kind = random.pick(KINDS);
        boolean isBack = random.chance(0.5);
        boolean isFromAll = random.chance(0.3);
        SimNode sender = isBack ? to : from;
        SimNode receiver = isBack ? from : to;
        HeldMessages held = new HeldMessages(
                cluster.network,
                (one, another, message) ->
                        (isFromAll || one == sender) && another == receiver && message.getClass() == kind);
        end(held, lasts, random.chance(0.6));
    }

    /**
     * What the first replica makes comes to one other, late mostly, and to the rest never. Then it is gone for a moment, and
     * when it is back it finds the rest first, and then that one alone.
     */
    private void strand() {
        List<SimNode> replicas = new ArrayList<>(faults.replicasOfHot());
        SimNode first = replicas.remove(0);
        SimNode one = replicas.isEmpty() ? first : replicas.remove(random.nextInt(replicas.size()));
        long gone = random.between(MILLI, 40 * MILLI);
        long back = gone + random.between(4 * MILLI, random.pick(List.of(40L, 400L, 2_500L)) * MILLI);
        long met = back + random.between(0, 200 * MILLI);
        long over = met + random.between(0, 500 * MILLI);
        if (random.chance(0.3)) {
            end(versions(first, one, true), over, false);
        } else if (random.chance(0.5)) {
            end(versions(first, one, true), random.between(gone, met), true);
        }
        end(versions(first, one, false), random.between(gone, over), false);
        at(gone, () -> leave(first, back - gone));
        if (random.chance(0.5)) {
            // Whatever it has to say.
            at(random.between(gone, back), () -> leave(one, met - back));
        } else if (random.chance(0.5)) {
            at(gone, () -> end(from(one), met - gone, random.chance(0.5)));
        }
        if (random.chance(0.4)) {
            at(met, () -> replicas.forEach(other -> leave(other, over - met + MILLI)));
        } else if (random.chance(0.5)) {
            at(met, () -> leave(first, over - met + MILLI));
        }
    }

    private void at(long nanos, Runnable what) {
        cluster.schedule.after(nanos, "strand", what);
    }

    private void leave(SimNode node, long lasts) {
        switch (random.nextInt(6)) {
            case 0, 1 -> faults.kill(node, false, lasts);
            case 2, 3, 4 -> faults.kill(node, true, lasts);
            default -> faults.alone(node, lasts);
        }
    }

    private HeldMessages from(SimNode from) {
        return new HeldMessages(cluster.network, (sender, receiver, message) -> sender == from);
    }

    private HeldMessages versions(SimNode from, SimNode other, boolean toOther) {
        return HeldMessages.ofVersions(
                cluster.network, (sender, receiver) -> sender == from && (receiver == other) == toOther);
    }

    private void end(HeldMessages held, long lasts, boolean arrives) {
        cluster.schedule.after(lasts, "let go", arrives ? held::release : held::lose);
    }
}
