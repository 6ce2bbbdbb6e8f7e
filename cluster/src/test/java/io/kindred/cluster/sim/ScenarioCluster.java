package io.kindred.cluster.sim;

import io.kindred.cluster.core.ClusterAnswer;
import io.kindred.cluster.core.ClusterQuery;
import io.kindred.cluster.message.ExchangeMessage;
import io.kindred.cluster.message.HandoffMessage;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.RequestMessage;
import io.kindred.cluster.quorum.QuorumCounters;
import io.kindred.cluster.ring.Ring;
import io.kindred.cluster.version.Versions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A cluster for transcripts: a test says which node is asked for what, which messages are kept on their way, who is killed
 * and started, and what clocks show. Every link takes a millisecond. {@code a}, {@code b} and {@code c} are the replicas of
 * the one key that the test is about, in their order; of two nodes b and c are one.
 */
final class ScenarioCluster {
    static final long MILLI = 1_000_000L;
    private static final long LONG = 10_000 * MILLI;
    private static final int KEYS = 8;

    final SimCluster cluster;
    final String key;
    final SimNode a;
    final SimNode b;
    final SimNode c;

    ScenarioCluster(SimCluster cluster, String key) {
        this.cluster = cluster;
        this.key = key;
        List<SimNode> replicas = cluster.replicasOf(key);
        a = replicas.get(0);
        b = replicas.get(1);
        c = replicas.get(replicas.size() - 1);
        cluster.network.delayMinNanos = MILLI;
        cluster.network.delayMaxNanos = MILLI;
    }

    static ScenarioCluster of(int nodes) {
        return of(1, nodes);
    }

    /** @param seed of the times that disks take */
    static ScenarioCluster of(long seed, int nodes) {
        return new ScenarioCluster(SimCluster.calm(seed, nodes, false), "k0");
    }

    /** The key is one whose second replica has the greater id: of two terms of one number, its is the greater. */
    static ScenarioCluster withGreaterSecond(int nodes) {
        for (int i = 0; i < KEYS; i++) {
            ScenarioCluster it = new ScenarioCluster(SimCluster.calm(1, nodes, false), "k" + i);
            if (it.b.id > it.a.id) {
                return it;
            }
        }
        throw new AssertionError("there is no such key");
    }

    /** A node that is no replica of the key. */
    SimNode stranger() {
        return strangers().get(0);
    }

    /** All of those. */
    List<SimNode> strangers() {
        List<SimNode> replicas = List.of(a, b, c);
        return cluster.network.nodes().stream()
                .filter(node -> !replicas.contains(node))
                .toList();
    }

    // --- requests ---

    ScenarioAnswer update(SimNode at, String... args) {
        return update(QuorumSpec.DEFAULT, at, args);
    }

    ScenarioAnswer update(QuorumSpec quorum, SimNode at, String... args) {
        byte[][] bytes = new byte[args.length][];
        for (int i = 0; i < args.length; i++) {
            bytes[i] = bytes(args[i]);
        }
        return request(at, new Operation.Update(0, bytes(key), bytes), quorum);
    }

    ScenarioAnswer read(SimNode at) {
        return request(at, new Operation.Get(0, bytes(key)), QuorumSpec.DEFAULT);
    }

    /** A plain SET. */
    ScenarioAnswer set(SimNode at, String value) {
        return request(at, new Operation.Put(0, bytes(key), null, bytes(value), -1), QuorumSpec.DEFAULT);
    }

    private ScenarioAnswer request(SimNode at, Operation operation, QuorumSpec quorum) {
        ScenarioAnswer answer = new ScenarioAnswer();
        at.request(operation, quorum, outcome -> answer.outcome = outcome);
        return answer;
    }

    /** Its answer, whatever it is. */
    ScenarioAnswer await(ScenarioAnswer answer) {
        runUntil(answer::isThere, "nobody was answered");
        return answer;
    }

    /** Its reply: it has to be acknowledged. */
    @Nullable
    String reply(ScenarioAnswer answer) {
        await(answer);
        if (!answer.isAcknowledged()) {
            throw new AssertionError("not acknowledged, but " + answer.outcome);
        }
        return answer.reply();
    }

    /** What a GET of the key answers there. */
    @Nullable
    String get(SimNode at) {
        ScenarioAnswer answer = await(request(at, new Operation.Get(0, bytes(key)), new QuorumSpec(0, 0, 2, 0)));
        if (answer.outcome instanceof Outcome.Found found) {
            return ValueHistory.text(found.versions());
        }
        throw new AssertionError("a read found " + answer.outcome);
    }

    /** One INCR of each of these keys, at their turn of the nodes that serve; does not wait. */
    void increment(ValueHistory values, List<ValueKey> keys) {
        List<SimNode> serving =
                cluster.network.nodes().stream().filter(SimNode::isServing).toList();
        for (int i = 0; i < keys.size(); i++) {
            pipeline(values, keys.get(i), serving.get(i % serving.size()), 1);
        }
    }

    /** So many INCRs of a key at once; does not wait. */
    void pipeline(ValueHistory values, ValueKey counter, SimNode at, int count) {
        for (int i = 0; i < count; i++) {
            ValueCall call = values.begin(counter, List.of("INCR"));
            Operation increment = new Operation.Update(0, bytes(counter.name), new byte[][] {bytes("INCR")});
            at.request(increment, QuorumSpec.DEFAULT, outcome -> values.end(counter, call, outcome));
        }
    }

    void flush(SimNode at) {
        ask(at, new ClusterQuery.FlushKeys(0));
    }

    void forget(SimNode asked, SimNode lost) {
        ask(asked, new ClusterQuery.Forget(lost.name));
        lost.hasLeft = true;
    }

    /** Times that a node does not count as a replica of a partition that it has. */
    int uncounted() {
        return cluster.network.nodes().stream()
                .filter(node -> !node.isLost)
                .mapToInt(SimNode::partitionsUncounted)
                .sum();
    }

    void leave(SimNode node) {
        ask(node, new ClusterQuery.Leave());
        node.hasLeft = true;
    }

    /** Until the ring has the one in place of the other. It may hold nothing yet, for others that may hold it are away. */
    void replace(SimNode heir, SimNode lost) {
        boolean[] isOver = {false};
        askAgain(heir, lost, isOver);
        runUntil(() -> heir.hasInRing(heir) && !heir.hasInRing(lost), "it is not replaced");
        isOver[0] = true;
    }

    private void askAgain(SimNode heir, SimNode lost, boolean[] isOver) {
        if (!isOver[0]) {
            heir.ask(new ClusterQuery.Replace(lost.name), answer -> {});
            cluster.schedule.after(700 * MILLI, "replace", () -> askAgain(heir, lost, isOver));
        }
    }

    private void ask(SimNode at, ClusterQuery query) {
        List<ClusterAnswer> answers = new ArrayList<>();
        at.ask(query, answers::add);
        runUntil(() -> !answers.isEmpty(), "no answer to " + query);
    }

    // --- what is there ---

    /** As all nodes have counted those that were granted. */
    long termClaims() {
        return cluster.network.nodes().stream().mapToLong(SimNode::termClaims).sum();
    }

    /** What all nodes have counted, each in the life that it is in. */
    long counted(ToLongFunction<QuorumCounters> which) {
        return cluster.network.nodes().stream()
                .mapToLong(node -> which.applyAsLong(node.counters()))
                .sum();
    }

    long sloppyUpdates() {
        return counted(counters -> counters.sloppyUpdates);
    }

    /** Who has the key once all changes are through that a node knows of. */
    List<SimNode> ownersAfterAllChanges(SimNode asked) {
        Ring ring = Objects.requireNonNull(asked.ring());
        int partition = cluster.storageKey(key).partition();
        int owners = cluster.config(false).replication().in(asked.datacenter);
        return Arrays.stream(ring.preferenceList(partition, owners).ids())
                .mapToObj(id -> Objects.requireNonNull(cluster.network.byId(id)))
                .toList();
    }

    /** What a node has on its disk of the key. */
    @Nullable
    String held(SimNode at) {
        return ValueHistory.text(cluster.visible(cluster.checker.held(at, key)));
    }

    /** The nodes that have such a value on their disks, of whatever key, if only to hand it to others. */
    List<SimNode> holdersOf(String value) {
        return cluster.network.nodes().stream()
                .filter(node -> node.storage.containers().values().stream()
                        .flatMap(versions -> versions.siblings().stream())
                        .anyMatch(sibling -> sibling.value() != null && Arrays.equals(bytes(value), sibling.value())))
                .toList();
    }

    // --- messages ---

    /** Keeps these messages from one to the other; null stands for any node. */
    @SafeVarargs
    final HeldMessages hold(@Nullable SimNode from, @Nullable SimNode to, Class<? extends Message>... kinds) {
        List<Class<? extends Message>> chosen = List.of(kinds);
        return new HeldMessages(
                cluster.network,
                (sender, receiver, message) -> (from == null || from == sender)
                        && (to == null || to == receiver)
                        && chosen.contains(message.getClass()));
    }

    /** What a node sends to all others of versions, whichever way. */
    HeldMessages holdVersions(SimNode from) {
        return holdVersions(from, null);
    }

    /** What a node is sent of them. */
    HeldMessages holdVersionsTo(SimNode to) {
        return holdVersions(null, to);
    }

    private HeldMessages holdVersions(@Nullable SimNode from, @Nullable SimNode to) {
        return HeldMessages.ofVersions(
                cluster.network,
                (sender, receiver) -> (from == null || from == sender) && (to == null || to == receiver));
    }

    /** Keeps every version that a node sends but for those of writes under way; null stands for any node. */
    HeldMessages holdRepairs(@Nullable SimNode from) {
        return new HeldMessages(
                cluster.network,
                (sender, to, message) -> (from == null || sender == from)
                        && (message instanceof RequestMessage.Deltas replicate
                                ? replicate.requestId() == 0
                                : message instanceof HandoffMessage.HandOver
                                        || message instanceof ExchangeMessage.ExchangeObjects
                                        || message instanceof ExchangeMessage.BucketKeysReply
                                        || message instanceof ExchangeMessage.ExchangeObjectsReply));
    }

    // --- nodes ---

    /** The connection of the two ends, and both notice. */
    void cut(SimNode one, SimNode other) {
        cluster.network.cut(one, other);
        cluster.network.cut(other, one);
        runFor(400 * MILLI);
    }

    void isolate(SimNode node) {
        for (SimNode other : cluster.network.nodes()) {
            if (other != node) {
                cluster.network.cut(node, other);
                cluster.network.cut(other, node);
            }
        }
        runFor(400 * MILLI);
    }

    /** All connections are there again, with links as before. */
    void heal() {
        cluster.network.heal();
        cluster.network.delayMinNanos = MILLI;
        cluster.network.delayMaxNanos = MILLI;
        runFor(2_000 * MILLI);
    }

    /** The others notice. */
    void kill(SimNode node) {
        node.kill();
        runFor(400 * MILLI);
    }

    /** Until it serves. */
    void start(SimNode node) {
        node.start();
        runUntil(node::isServing, node.name + " does not come up");
        runFor(2_000 * MILLI);
    }

    // --- time ---

    void runFor(long nanos) {
        cluster.runFor(nanos);
    }

    void runUntil(BooleanSupplier condition, String otherwise) {
        long limit = cluster.schedule.nowNanos() + LONG;
        while (!condition.getAsBoolean()) {
            if (!cluster.schedule.step() || cluster.schedule.nowNanos() > limit) {
                throw new AssertionError(otherwise);
            }
        }
    }

    /** Until a node has this, or nothing, and its disk has it, too. */
    void runUntilStored(SimNode node, @Nullable String value) {
        runUntil(() -> Objects.equals(value, held(node)), node.name + " never stores it");
        runFor(20 * MILLI);
    }

    /** Everybody is there, and everything has been handed over and compared: what all replicas then have. */
    @Nullable
    String settled() {
        cluster.network.heal();
        for (SimNode node : cluster.network.nodes()) {
            node.resume();
            if (!node.isRunning()) {
                node.start();
            }
        }
        runFor(20_000 * MILLI);
        List<Versions> all = new ArrayList<>();
        for (SimNode node : cluster.replicasOf(key)) {
            all.add(cluster.visible(cluster.checker.held(node, key)));
        }
        for (Versions each : all) {
            if (!ValueHistory.isSameText(each, all.get(0))) {
                throw new AssertionError("the replicas differ: " + all);
            }
        }
        return ValueHistory.text(all.get(0));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
