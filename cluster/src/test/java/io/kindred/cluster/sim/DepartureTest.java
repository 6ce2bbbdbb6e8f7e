package io.kindred.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.core.ClusterQuery;
import io.kindred.cluster.message.MembershipMessage;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.QuorumSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A node leaves the ring, and its process ends when some members have heard that it is through with it, and others have
 * not. Whatever happens to the members then, it is gone for all of them in the end.
 */
class DepartureTest {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long MILLI_NANOS = 1_000_000L;
    private static final int SEEDS = 40;
    private static final int MEMBERS = 4;
    /** Within this a commit is on the disk. */
    private static final long STORED_NANOS = 50 * MILLI_NANOS;

    private static final String ALL_BUT_THE_LEFT = "n1 up, n2 up, n3 up, n4 up";

    /** What happens when the process has ended. */
    enum Afterwards {
        GOSSIP_GOES_ON {
            @Override
            void happens(Departure departure) {
                departure.missNoMore();
            }
        },
        ALL_START_ANEW {
            @Override
            void happens(Departure departure) {
                departure.members.forEach(departure::end);
                departure.missNoMore();
            }
        },
        WHO_HAS_HEARD_STARTS_ANEW {
            @Override
            void happens(Departure departure) {
                departure.heard.forEach(departure::end);
                departure.runFor(SECOND_NANOS);
                departure.heard.forEach(departure::begin);
                departure.missNoMore();
                departure.runFor(5 * SECOND_NANOS);
                departure.members.forEach(departure::end);
            }
        },
        WHO_HAS_HEARD_IS_AWAY_WHILE_OTHERS_START_ANEW {
            @Override
            void happens(Departure departure) {
                departure.heard.forEach(departure::end);
                departure.missNoMore();
                departure.runFor(10 * SECOND_NANOS);
                departure.missing.forEach(departure::end);
                departure.runFor(SECOND_NANOS);
                departure.missing.forEach(departure::begin);
                departure.runFor(5 * SECOND_NANOS);
            }
        },
        IT_STARTS_AGAIN_FROM_ITS_DIRECTORY_AND_ENDS(true) {
            @Override
            void happens(Departure departure) {
                if (departure.random.chance(0.5)) {
                    departure.missNoMore();
                }
                departure.begin(departure.left);
                departure.runFor(departure.random.between(0, 2 * SECOND_NANOS));
                departure.end(departure.left);
                departure.runFor(STORED_NANOS);
                departure.members.forEach(departure::end);
                departure.missNoMore();
            }
        },
        A_NEWCOMER_IS_TOLD {
            @Override
            void happens(Departure departure) {
                SimNode newcomer = departure.cluster.addNode("");
                newcomer.start();
                departure.runFor(10 * SECOND_NANOS);
                departure.heard.forEach(departure::end);
                departure.missNoMore();
                departure.runFor(5 * SECOND_NANOS);
                departure.missing.forEach(departure::end);
                departure.runFor(SECOND_NANOS);
                departure.missing.forEach(departure::begin);
                departure.runFor(5 * SECOND_NANOS);
                departure.newcomer = newcomer;
            }
        };

        final boolean mayOweAgain;

        Afterwards() {
            this(false);
        }

        Afterwards(boolean mayOweAgain) {
            this.mayOweAgain = mayOweAgain;
        }

        abstract void happens(Departure departure);
    }

    /** What those who miss the end do not hear of it. */
    enum Missed {
        /** That it holds nothing any more. */
        HOLDING,
        /** Anything at all, from then on. */
        ALL_GOSSIP,
        /** Nor anything else: the network is split. */
        EVERYTHING
    }

    private static final class Departure {
        final SimCluster cluster;
        final SimRandom random;
        final SimNode left;
        final List<SimNode> members;
        final List<SimNode> missing = new ArrayList<>();
        final List<SimNode> heard = new ArrayList<>();
        private final Missed missed;
        private final HeldMessages held;
        private boolean isAsked;
        private boolean isThrough;
        SimNode newcomer;

        Departure(long seed) {
            cluster = SimCluster.calm(seed, MEMBERS + 1, true);
            random = new SimRandom(~seed);
            left = cluster.node(MEMBERS);
            newcomer = left;
            members = List.copyOf(cluster.network.nodes().subList(0, MEMBERS));
            for (SimNode node : members) {
                (random.chance(0.5) ? missing : heard).add(node);
            }
            if (heard.isEmpty() || missing.isEmpty()) {
                List<SimNode> all = heard.isEmpty() ? missing : heard;
                (heard.isEmpty() ? heard : missing).add(all.remove(0));
            }
            missed = random.pick(List.of(Missed.values()));
            held = new HeldMessages(cluster.network, this::isMissed);
        }

        private boolean isMissed(SimNode from, SimNode to, Message message) {
            isThrough |= isAsked && from == left && tellsThatNothingIsOwed(message);
            if (!missing.contains(to)) {
                return false;
            }
            return switch (missed) {
                case HOLDING -> LeaverFaults.tellsThatNothingIsHeld(left, message);
                case ALL_GOSSIP ->
                    isThrough
                            && (message instanceof MembershipMessage.Gossip
                                    || message instanceof MembershipMessage.GossipTell);
                case EVERYTHING -> isThrough && !missing.contains(from);
            };
        }

        private boolean tellsThatNothingIsOwed(Message message) {
            return left.partitionsMoving() == 0
                    && !left.hasInRing(left)
                    && message instanceof MembershipMessage.Gossip gossip
                    && gossip.beats().stream()
                            .anyMatch(beat ->
                                    beat.id() == left.id && beat.standing().oldestDebtStamp() == Long.MAX_VALUE);
        }

        /** The process ends, and some have heard. */
        void leaves() {
            left.ask(new ClusterQuery.Leave(), answer -> isAsked = true);
            for (int moment = 0; moment < 4_000 && !heard.stream().allMatch(this::takesItForGone); moment++) {
                runFor(10 * MILLI_NANOS);
            }
            assertTrue(heard.stream().allMatch(this::takesItForGone), "nobody hears of it");
            assertFalse(missing.stream().anyMatch(this::takesItForGone), "all hear of it");
            runFor(random.between(0, STORED_NANOS));
            left.kill();
            runFor(STORED_NANOS + random.between(0, 3 * SECOND_NANOS));
        }

        private boolean takesItForGone(SimNode node) {
            return !node.members().contains(left.name);
        }

        void missNoMore() {
            held.lose();
            cluster.network.heal();
        }

        void end(SimNode node) {
            if (node.isRunning()) {
                switch (random.nextInt(3)) {
                    case 0 -> node.stop();
                    case 1 -> node.kill();
                    default -> node.powerLoss();
                }
            }
        }

        void begin(SimNode node) {
            if (!node.isRunning()) {
                node.start();
            }
        }

        void runFor(long nanos) {
            cluster.runFor(nanos);
        }

        /** All others are there, for as long as gossip takes. */
        void settle() {
            missNoMore();
            runFor(SECOND_NANOS);
            members.forEach(this::begin);
            runFor(20 * SECOND_NANOS);
        }
    }

    @ParameterizedTest
    @EnumSource(Afterwards.class)
    void whoEndsAfterItHasLeftIsGoneForAllThatAreThere(Afterwards afterwards) {
        int owing = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            Departure departure = new Departure(seed);
            departure.leaves();
            afterwards.happens(departure);
            departure.settle();
            boolean isGrown = departure.newcomer != departure.left;
            String all = isGrown ? ALL_BUT_THE_LEFT + ", n6 up" : ALL_BUT_THE_LEFT;
            String agreed = departure.members.get(0).members();
            if (afterwards.mayOweAgain && agreed.equals(ALL_BUT_THE_LEFT + ", n5 leaving")) {
                // That it may have something has been its last word.
                departure.members.forEach(node -> assertEquals(agreed, node.members(), node.name));
                owing++;
            }
            for (SimNode node :
                    agreed.equals(all) || !afterwards.mayOweAgain ? departure.members : List.<SimNode>of()) {
                assertEquals(all, node.members(), "seed " + seed + ", " + departure.missed + ", " + node.name);
                assertEquals(List.of(), node.reapingWaitsFor(), "seed " + seed);
                assertFalse(node.dials(departure.left), "seed " + seed);
            }
            if (isGrown) {
                assertEquals(all, departure.newcomer.members(), "seed " + seed);
            }
            departure.begin(departure.left);
            departure.runFor(10 * SECOND_NANOS);
            for (SimNode node : departure.cluster.network.nodes()) {
                assertEquals(all, node.members(), "seed " + seed + ", when it is there again, " + node.name);
                assertFalse(node.hasInRing(departure.left), "seed " + seed);
            }
        }
        assertTrue(owing <= SEEDS / 4, "hardly ever gone");
    }

    /** What it tells later counts: it holds something for others, and those that have heard of it wait for it. */
    @Test
    void whoComesToOweSomethingAfterItHasLeftIsWaitedForByAll() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimCluster cluster = SimCluster.calm(seed, 4, true);
            SimNode left = cluster.node(3);
            List<SimNode> members = cluster.network.nodes().subList(0, 3);
            left.ask(new ClusterQuery.Leave(), answer -> {});
            cluster.runFor(20 * SECOND_NANOS);
            SimNode away = cluster.replicasOf("k").get(0);
            away.kill();
            cluster.runFor(10 * SECOND_NANOS);
            SimNode deaf = members.get(members.get(0) == away ? 1 : 0);
            HeldMessages held = new HeldMessages(
                    cluster.network,
                    (from, to, message) -> to == deaf
                            && (message instanceof MembershipMessage.Gossip
                                    || message instanceof MembershipMessage.GossipTell));
            byte[] text = "k".getBytes(StandardCharsets.UTF_8);
            left.request(new Operation.Put(0, text, null, text, -1), new QuorumSpec(0, 0, 2, 2), outcome -> {});
            cluster.runFor(5 * SECOND_NANOS);
            assertEquals(1, left.hintsHeld(), "seed " + seed);
            left.kill();
            cluster.runFor(SECOND_NANOS);
            members.stream().filter(SimNode::isRunning).forEach(SimNode::stop);
            held.lose();
            cluster.runFor(SECOND_NANOS);
            members.forEach(SimNode::start);
            cluster.runFor(20 * SECOND_NANOS);
            for (SimNode node : members) {
                assertEquals("n1 up, n2 up, n3 up, n4 leaving", node.members(), "seed " + seed + ", " + node.name);
            }

            left.start();
            cluster.runFor(20 * SECOND_NANOS);
            for (SimNode node : members) {
                assertEquals("n1 up, n2 up, n3 up", node.members(), "seed " + seed + ", " + node.name);
            }
        }
    }
}
