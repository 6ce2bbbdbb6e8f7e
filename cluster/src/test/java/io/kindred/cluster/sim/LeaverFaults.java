package io.kindred.cluster.sim;

import io.kindred.cluster.membership.Beat;
import io.kindred.cluster.membership.Departure;
import io.kindred.cluster.membership.Standing;
import io.kindred.cluster.message.MembershipMessage;
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
    private final List<Leaver> leaving = new ArrayList<>();
    private final List<Ended> ended = new ArrayList<>();

    /**
     * @param rewinds how often the node had lost something of its directory by then
     * @param settled when the one that left owed nothing, as this node has stored
     */
    private record Heard(SimNode node, int rewinds, Departure.Moment settled) {
        boolean isRemembered() {
            return !node.isLost && node.rewinds == rewinds;
        }
    }

    /** Sees all that a node says from when it leaves on, and all that copies say which run beside it, or after it. */
    private static final class Leaver {
        private final SimNode node;
        private final List<SimNode> missing;
        /** The last time that it said that it owed something: after a start it may, until it has looked. */
        private Departure.Moment lastOwing = Departure.Moment.NEVER;
        /** The last time that a copy of it said so, in its name. */
        private Departure.Moment copyOwing = Departure.Moment.NEVER;
        /** A copy of it has said that it holds something. */
        private boolean hasCopyHeld;

        Leaver(SimNode node, List<SimNode> missing) {
            this.node = node;
            this.missing = missing;
        }

        boolean isMissed(SimNode to, Message message) {
            return missing.contains(to) && tellsThatNothingIsHeld(node, message);
        }

        /** By the node itself, or a copy of it. */
        void says(SimNode process, Message message) {
            if (message instanceof MembershipMessage.Gossip gossip) {
                gossip.beats().stream().filter(beat -> beat.id() == node.id).forEach(beat -> says(process, beat));
            } else if (message instanceof MembershipMessage.GossipTell tell && process != node) {
                hasCopyHeld |= tell.holdings().stream().anyMatch(held -> held.id() == node.id && held.holdsAny());
            }
        }

        private void says(SimNode process, Beat beat) {
            long debt = beat.standing().oldestDebtStamp();
            if (debt == Long.MAX_VALUE || debt == Standing.DEBT_UNKNOWN) {
                return;
            }
            Departure.Moment moment = new Departure.Moment(beat.generation(), beat.heartbeat());
            if (process == node) {
                lastOwing = lastOwing.isBefore(moment) ? moment : lastOwing;
            } else {
                copyOwing = copyOwing.isBefore(moment) ? moment : copyOwing;
            }
        }
    }

    private record Ended(Leaver leaver, List<Heard> heard) {
        /** A copy that owes or holds something is a start of it that leaves again, and may be gone before it is through. */
        boolean isRemembered() {
            return !leaver.hasCopyHeld
                    && heard.stream().anyMatch(each -> each.isRemembered() && leaver.copyOwing.isBefore(each.settled));
        }
    }

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

    /** Some process says something. */
    void sending(SimNode from, Message message) {
        for (Leaver leaver : leaving) {
            if (leaver.node.id == from.id) {
                leaver.says(from, message);
            }
        }
    }

    /** The first of those that have ended which some node lists, though another one has heard of its end; or nothing. */
    String stillListed() {
        for (Ended each : ended) {
            String gone = each.leaver.node.name;
            for (SimNode node : cluster.network.nodes()) {
                if (each.isRemembered() && node.isMember() && node.members().contains(gone + " leaving")) {
                    return node.name + " lists " + gone + ", of whose end " + each.heard + " have heard";
                }
            }
        }
        return "";
    }

    static boolean tellsThatNothingIsHeld(SimNode by, Message message) {
        return message instanceof MembershipMessage.GossipTell tell
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
        leaving.add(leaver);
        look(node, leaver, new HeldMessages(cluster.network, (from, to, message) -> leaver.isMissed(to, message)));
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
                .filter(other ->
                        other != node && other.isMember() && leaver.lastOwing.isBefore(other.settledAsStored(node)))
                .map(other -> new Heard(other, other.rewinds, other.settledAsStored(node)))
                .toList();
    }

    private void end(SimNode node, Leaver leaver, HeldMessages held) {
        List<Heard> heard = heard(node, leaver);
        ended.add(new Ended(leaver, heard));
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
