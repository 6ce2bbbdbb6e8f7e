package io.kindred.cluster.sim;

import io.kindred.cluster.core.ClusterAnswer;
import io.kindred.cluster.core.ClusterQuery;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The end of a run: everything is healed, and what the cluster then is and answers is judged. */
final class SimEnd {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000_000_000L;

    private final SimCluster cluster;
    private final SimPlan plan;
    private final SimRandom random;

    SimEnd(SimCluster cluster, SimRandom random) {
        this.cluster = cluster;
        this.plan = cluster.plan();
        this.random = random;
    }

    void judge() {
        comeToRest();
        checkNothingOwed();
        checkContent();
        askForEverything();
        checkAnswers();
    }

    /** Everyone is there, and everything where the ring has it. */
    private void comeToRest() {
        checkEveryoneIsUp();
        for (int second = 0; second < 60 && cluster.isMoving(); second++) {
            cluster.runFor(SECOND);
        }
        checkMoved();
        for (int second = 0; second < 60 && isUncounted(); second++) {
            cluster.runFor(SECOND);
        }
        checkAllCount();
    }

    private void checkNothingOwed() {
        for (int second = 0; second < 20 && isOwing(); second++) {
            cluster.runFor(SECOND);
        }
        checkDebt();
        for (int second = 0; second < 60 && isDamaged(); second++) {
            cluster.runFor(SECOND);
        }
        checkMended();
        for (int second = 0; second < 20 && !cluster.leavers.stillListed().isEmpty(); second++) {
            cluster.runFor(SECOND);
        }
        checkDepartures();
        checkNothingWasTakenForLost();
    }

    private void checkContent() {
        checkRingsAgree();
        checkDeadlines();
        if (cluster.reaps() && !cluster.skewsFar()) {
            // Where clocks were wrong, what they stamped goes when the time has come that they showed.
            cluster.runUntil(this::isReaped);
        }
        cluster.checker.checkEnd(cluster.everyKey());
        cluster.values.checkEnd();
        checkTrees();
    }

    private void askForEverything() {
        readEverything();
        updateEverything();
        moveEverything();
    }

    private void checkAnswers() {
        cluster.checker.checkEnd(cluster.everyKey());
        cluster.values.checkEnd();
        checkScans();
        checkNobodyWaits();
        checkDeadlines();
        if (!cluster.rots() && !(cluster.reaps() && cluster.skewsFar())) {
            // What was lost with a block is still counted, and what was counted out stays so when the clock is set
            // back.
            checkKeySpace();
        }
    }

    private void checkScans() {
        if (cluster.scanner.completed == 0) {
            throw cluster.violation("no scan was ever completed");
        }
    }

    /** All have heard of all changes by now, and make the same of them. */
    private void checkRingsAgree() {
        for (int datacenter = 0; datacenter < plan.datacenters(); datacenter++) {
            List<SimNode> members = cluster.members(plan.datacenter(datacenter));
            for (String key : cluster.everyKey()) {
                for (SimNode node : members) {
                    List<SimNode> asFirst = members.get(0).replicasOf(key);
                    if (!node.replicasOf(key).equals(asFirst)) {
                        throw cluster.violation(
                                node.name + " and " + members.get(0).name + " differ on the replicas of " + key + ": "
                                        + names(node.replicasOf(key)) + " and " + names(asFirst));
                    }
                }
            }
        }
    }

    private static List<String> names(List<SimNode> nodes) {
        return nodes.stream().map(node -> node.name).toList();
    }

    /** Reads every key at all of its replicas, so that read repair has seen each of them. */
    private void readEverything() {
        for (int round = 0; round < 2; round++) {
            for (String key : cluster.keys()) {
                for (int datacenter = 0; datacenter < plan.datacenters(); datacenter++) {
                    readAtAll(key, plan.datacenter(datacenter));
                }
            }
        }
    }

    private void readAtAll(String key, String datacenter) {
        boolean[] read = {false};
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        random.pick(cluster.members(datacenter))
                .request(new Operation.Get(0, bytes), new QuorumSpec(SimCluster.REPLICAS, 0, 0, 0), o -> {
                    read[0] = o instanceof Outcome.Found;
                });
        cluster.runFor(2 * SECOND);
        if (!read[0]) {
            throw cluster.violation("after healing, " + key + " cannot be read at all replicas");
        }
    }

    /** With everyone there, every update is acknowledged, wherever it is asked for. */
    private void updateEverything() {
        for (ValueKey key : plan.datacenters() == 1 ? cluster.values.endless() : List.<ValueKey>of()) {
            for (SimNode node : cluster.members("")) {
                long before = cluster.values.acknowledged;
                new SimUpdater(cluster, plan.clients() + node.index, random.split()).updateOnce(node, key, () -> {});
                cluster.runFor(SimCluster.TIMEOUT_NANOS);
                if (cluster.values.acknowledged == before) {
                    throw cluster.violation("after healing, " + key.name + " cannot be updated at " + node.name);
                }
            }
        }
    }

    /** As {@link #updateEverything}, of several keys at once. */
    private void moveEverything() {
        for (Accounts accounts :
                plan.datacenters() == 1 ? List.copyOf(cluster.values.accounts()) : List.<Accounts>of()) {
            for (SimNode node : accounts.isExact() ? cluster.members("") : List.<SimNode>of()) {
                boolean[] isDone = {false};
                SimTeller teller = new SimTeller(cluster, plan.clients() + node.index, random.split());
                teller.move(node, accounts, () -> teller.sum(node, accounts, () -> isDone[0] = true));
                cluster.runFor(SimCluster.TIMEOUT_NANOS);
                if (!isDone[0]) {
                    throw cluster.violation(
                            "after healing, {" + accounts.tag + "} cannot be summed up at " + node.name);
                }
            }
        }
    }

    /** Ten rounds of gossip after healing nobody is thought to be away. */
    private void checkEveryoneIsUp() {
        for (SimNode node : cluster.network.nodes()) {
            String away = node.awayMembers();
            if (!away.isEmpty()) {
                throw cluster.violation("after healing, " + node.name + " thinks that " + away);
            }
        }
    }

    private boolean isUncounted() {
        return cluster.network.nodes().stream().anyMatch(node -> !node.isLost && node.partitionsUncounted() > 0);
    }

    /** Whoever came to hold a partition without having met enough of those before it has done so. */
    private void checkAllCount() {
        for (SimNode node : cluster.network.nodes()) {
            if (!node.isLost && node.partitionsUncounted() > 0) {
                throw cluster.violation(
                        node.name + " never counts in " + node.partitionsUncounted() + " of its partitions");
            }
        }
    }

    /** Every partition is where the ring has it, and nowhere else. */
    private void checkMoved() {
        for (SimNode node : cluster.network.nodes()) {
            if (!node.isLost && (node.partitionsMoving() > 0 || (node.isMember() && !node.isServing()))) {
                throw cluster.violation("the ring does not come to rest: "
                        + cluster.network.nodes().stream().map(SimNode::moving).collect(Collectors.joining("; ")));
            }
        }
        for (String key : cluster.everyKey()) {
            List<SimNode> replicas = cluster.replicasOf(key);
            long wanted = 0;
            for (int datacenter = 0; datacenter < plan.datacenters(); datacenter++) {
                wanted += Math.min(
                        SimCluster.REPLICAS,
                        cluster.members(plan.datacenter(datacenter)).size());
            }
            if (replicas.size() != wanted) {
                throw cluster.violation(key + " has " + replicas.size() + " replicas and not " + wanted);
            }
            for (SimNode node : cluster.network.nodes()) {
                if (!replicas.contains(node) && !cluster.checker.held(node, key).isEmpty()) {
                    throw cluster.violation(node.name + " still has " + key + ", which is not its own");
                }
            }
        }
    }

    private boolean isOwing() {
        return cluster.network.nodes().stream().anyMatch(node -> node.hintsHeld() > 0 || node.rangesOwed() > 0);
    }

    private boolean isDamaged() {
        return cluster.network.nodes().stream().anyMatch(SimNode::isDamaged);
    }

    /** Whatever could not be read has been replaced, or given up. */
    private void checkMended() {
        for (SimNode node : cluster.network.nodes()) {
            if (node.isDamaged()) {
                throw cluster.violation(node.name + " has " + node.storage.damagedKeys()
                        + " keys that cannot be read, and " + node.damagedPartitions() + " damaged partitions");
            }
        }
    }

    /** Whoever was through with leaving when it ended is a member for nobody. */
    private void checkDepartures() {
        if (!cluster.leavers.stillListed().isEmpty()) {
            throw cluster.violation(cluster.leavers.stillListed());
        }
    }

    /** Where no block cluster.rots() every read that fails may succeed the next time. */
    private void checkNothingWasTakenForLost() {
        for (SimNode node : cluster.network.nodes()) {
            if (!cluster.rots() && node.takenForLost() > node.rangesOwed()) {
                throw cluster.violation(node.name + " has taken for lost what it could not read for a moment");
            }
        }
    }

    /** No tree was ever other than its records, and all are there. */
    private void checkTrees() {
        for (SimNode node : cluster.network.nodes()) {
            if (node.treesWrong() > 0 || node.treesBuilding() > 0) {
                throw cluster.violation(node.name + " has " + node.treesBuilding() + " trees to build and found "
                        + node.treesWrong() + " wrong");
            }
        }
    }

    /** What was held for others has reached them; where it was too much to hold, an exchange has brought it. */
    private void checkDebt() {
        for (SimNode node : cluster.network.nodes()) {
            if (node.hintsHeld() > 0) {
                throw cluster.violation(node.name + " still holds " + node.hintsHeld() + " hints");
            }
            if (node.rangesOwed() > 0) {
                throw cluster.violation(node.name + " still owes " + node.rangesOwed() + " ranges");
            }
        }
    }

    private void checkNobodyWaits() {
        cluster.runFor(5 * SECOND);
        for (SimNode node : cluster.network.nodes()) {
            // Exchanges come and go.
            for (int moment = 0; moment < 100 && node.unanswered() > 0; moment++) {
                cluster.runFor(20 * MILLI);
            }
            if (node.unanswered() > 0) {
                throw cluster.violation(node.name + " has " + node.unanswered() + " requests that nobody answered");
            }
        }
    }

    private void checkDeadlines() {
        if (cluster.countsDeadlines()) {
            cluster.network.nodes().forEach(cluster.checker.deadlines::check);
        }
    }

    /** Counts and pages tell what the containers do. */
    private void checkKeySpace() {
        TreeSet<String> live = new TreeSet<>();
        for (String key : cluster.everyKey()) {
            SimNode replica = cluster.replicasOf(key).get(0);
            Sibling winner = cluster.visible(cluster.checker.held(replica, key)).winner();
            if (!ElementNames.isElement(key) && winner != null && !winner.isExpired(replica.wallMillis())) {
                live.add(key);
            }
        }
        SimNode asked = random.pick(
                cluster.network.nodes().stream().filter(SimNode::isMember).toList());
        List<ClusterAnswer> answers = new ArrayList<>();
        asked.ask(new ClusterQuery.CountKeys(0), answers::add);
        cluster.runFor(2 * SECOND);
        if (!answers.equals(List.of(new ClusterAnswer.Count(live.size())))) {
            throw cluster.violation("the keys are " + live + ", and counted " + answers);
        }
        TreeSet<String> scanned = scan(asked);
        if (!scanned.equals(live)) {
            throw cluster.violation("the keys are " + live + ", and scanned " + scanned);
        }
    }

    private TreeSet<String> scan(SimNode asked) {
        TreeSet<String> found = new TreeSet<>();
        long[] cursor = {0};
        do {
            long from = cursor[0];
            cursor[0] = -1;
            asked.ask(new ClusterQuery.ScanKeys(0, from, 2), answer -> {
                if (answer instanceof ClusterAnswer.Page page) {
                    cursor[0] = page.cursor();
                    page.keys().forEach(key -> found.add(new String(key, StandardCharsets.UTF_8)));
                }
            });
            cluster.runFor(2 * SECOND);
            if (cursor[0] < 0) {
                throw cluster.violation("after healing, a scan fails");
            }
        } while (cursor[0] != 0);
        return found;
    }

    /** With everyone there, nothing is left of what was deleted or has expired. */
    private boolean isReaped() {
        for (SimNode node : cluster.network.nodes()) {
            for (String key : cluster.everyKey()) {
                Versions held = cluster.checker.held(node, key);
                if (!held.isEmpty() && held.goneAt() != Long.MAX_VALUE) {
                    return false;
                }
            }
        }
        return true;
    }
}
