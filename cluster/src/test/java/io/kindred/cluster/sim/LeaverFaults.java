package io.kindred.cluster.sim;

import io.kindred.cluster.membership.Beat;
import io.kindred.cluster.membership.Departure;
import io.kindred.cluster.membership.Standing;
import io.kindred.cluster.message.Message;
import java.util.ArrayList;
import java.util.List;

/**
 * A node leaves, and it and its disk are gone as soon as some other node has stored that it is through, while others miss
 * the news; then those that have heard die and start anew. Whatever else goes wrong meanwhile, nobody lists it in the end.
 */
final class LeaverFaults {
    private static final long MILLI = 1_000_000L;
    private static final long LOOK_NANOS = 5 * MILLI;
    private static final long RETRY_NANOS = 700 * MILLI;
    private static final int MEMBERS_MIN = 4;

    private final SimCluster cluster;
    private final FaultPlan faults;
    private final SimRandom random;
    private final List<Ended> ended = new ArrayList<>();

    /** @param rewinds how often the node had lost something of its directory by then */
    private record Heard(SimNode node, int rewinds) {
        boolean isRemembered() {
            return !node.isLost && node.rewinds == rewinds;
        }
    }

    /** Sees all that a node says from when it leaves on. */
    private static final class Leaver {
        private final SimNode node;
        private final List<SimNode> missing;
        /** The last time that it said that it owed something: after a start it may, until it has looked. */
        private Departure.Moment lastOwing = Departure.Moment.NEVER;

        Leaver(SimNode node, List<SimNode> missing) {
            this.node = node;
            this.missing = missing;
        }

        boolean isMissed(SimNode from, SimNode to, Message message) {
            if (from == node && message instanceof Message.Gossip gossip) {
                gossip.beats().stream().filter(beat -> beat.id() == node.id).forEach(this::note);
            }
            return missing.contains(to) && tellsThatNothingIsHeld(node, message);
        }

        private void note(Beat beat) {
            long debt = beat.standing().oldestDebtStamp();
            Departure.Moment moment = new Departure.Moment(beat.generation(), beat.heartbeat());
            if (debt != Long.MAX_VALUE && debt != Standing.DEBT_UNKNOWN && lastOwing.isBefore(moment)) {
                lastOwing = moment;
            }
        }
    }

    private record Ended(SimNode node, List<Heard> heard) {}

    LeaverFaults(SimCluster cluster, FaultPlan faults, SimRandom random) {
        this.cluster = cluster;
        this.faults = faults;
        this.random = random;
    }

    void begin(long untilNanos) {
        cluster.schedule.after(random.between(500 * MILLI, untilNanos / 3), "leaver", this::leave);
    }

    /** How many have ended. */
    int ended() {
        return ended.size();
    }

    /** The first of those that have ended which some node lists, though another one has heard of its end; or nothing. */
    String stillListed() {
        for (Ended each : ended) {
            boolean isRemembered = each.heard.stream().anyMatch(Heard::isRemembered);
            for (SimNode node : cluster.network.nodes()) {
                if (isRemembered && node.isMember() && node.members().contains(each.node.name + " leaving")) {
                    return node.name + " lists " + each.node.name + ", of whose end " + each.heard + " have heard";
                }
            }
        }
        return "";
    }

    static boolean tellsThatNothingIsHeld(SimNode by, Message message) {
        return message instanceof Message.GossipTell tell
                && tell.holdings().stream().anyMatch(holding -> holding.id() == by.id && !holding.holdsAny());
    }

    private void leave() {
        if (cluster.isOver()) {
            return;
        }
        List<SimNode> able = cluster.network.nodes().stream()
                .filter(node -> node.isServing()
                        && node.isMember()
                        && cluster.members(node.datacenter).size() >= MEMBERS_MIN)
                .toList();
        if (able.isEmpty()) {
            after(RETRY_NANOS, this::leave);
            return;
        }
        SimNode node = random.pick(able);
        List<SimNode> missing = cluster.network.nodes().stream()
                .filter(other -> random.chance(0.5))
                .toList();
        RingPlan.leaveNow(node);
        Leaver leaver = new Leaver(node, missing);
        look(node, leaver, new HeldMessages(cluster.network, leaver::isMissed));
    }

    private void look(SimNode node, Leaver leaver, HeldMessages held) {
        if (cluster.isOver() || node.isLost) {
            held.lose();
        } else if (!canEnd(node, leaver)) {
            after(LOOK_NANOS, () -> look(node, leaver, held));
        } else if (random.chance(0.3)) {
            end(node, leaver, held);
        } else {
            after(random.between(0, 4 * LOOK_NANOS), () -> look(node, leaver, held));
        }
    }

    /** It has nothing that is not elsewhere, too, and its end will be known. */
    private boolean canEnd(SimNode node, Leaver leaver) {
        return node.isRunning()
                && node.hasLeft
                && node.hintsHeld() == 0
                && node.rangesOwed() == 0
                && node.partitionsMoving() == 0
                && !node.isDamaged()
                && !heard(node, leaver).isEmpty();
    }

    private List<Heard> heard(SimNode node, Leaver leaver) {
        return cluster.network.nodes().stream()
                .filter(other -> other != node && other.isMember() && other.hasStoredThatGone(node, leaver.lastOwing))
                .map(other -> new Heard(other, other.rewinds))
                .toList();
    }

    private void end(SimNode node, Leaver leaver, HeldMessages held) {
        List<Heard> heard = heard(node, leaver);
        ended.add(new Ended(node, heard));
        faults.struck++;
        node.lose();
        after(random.between(0, 3_000 * MILLI), held::lose);
        for (Heard each : heard) {
            if (random.chance(0.7)) {
                faults.kill(each.node, random.chance(0.3), random.between(50 * MILLI, 2_000 * MILLI));
            }
        }
    }

    private void after(long nanos, Runnable what) {
        cluster.schedule.after(nanos, "leaver", what);
    }
}
