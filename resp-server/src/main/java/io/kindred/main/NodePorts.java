package io.kindred.main;

import io.kindred.cluster.antientropy.ExchangeCore;
import io.kindred.cluster.core.ClusterAnswer;
import io.kindred.cluster.core.ClusterQuery;
import io.kindred.cluster.core.NodeViews;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.message.DumpedRecord;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.OutcomeCallback;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.message.Topic;
import io.kindred.cluster.node.NodeClient;
import io.kindred.cluster.ring.Plan;
import io.kindred.cluster.version.Actor;
import io.kindred.command.Answer;
import io.kindred.command.ClusterPort;
import io.kindred.command.KeyPort;
import io.kindred.command.PubSubPort;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The node as commands reach it. Commands run only once the node serves, so {@link #open} has been called by then.
 *
 * <p>Owned by: the loop thread.
 */
final class NodePorts implements KeyPort, ClusterPort, PubSubPort {
    /** What a way into the node is made of. */
    record Opened(NodeClient client, NodeViews views) {}

    private @Nullable Opened opened;

    void open(Opened node) {
        opened = node;
    }

    private Opened node() {
        Opened node = opened;
        if (node == null) {
            throw new IllegalStateException("a command before the node serves");
        }
        return node;
    }

    // --- keys ---

    @Override
    public void execute(Operation operation, QuorumSpec quorum, OutcomeCallback callback) {
        node().client().execute(operation, quorum, callback);
    }

    @Override
    public void foresee(int db, byte[][] keys, int count) {
        node().client().foresee(db, keys, count);
    }

    @Override
    public boolean isAlone() {
        return node().views().isAlone();
    }

    @Override
    public int groupOf(byte[] key) {
        return node().views().partitionOf(key);
    }

    @Override
    public boolean isCoordinatedHere(int db, byte[] key, boolean update) {
        return node().views().isCoordinatedHere(db, key, update);
    }

    // --- all keys ---

    @Override
    public void scan(int db, long cursor, int count, Answer<ScanPage> answer) {
        ask(new ClusterQuery.ScanKeys(db, cursor, count), answer, reply -> page((ClusterAnswer.Page) reply));
    }

    /** There are no values yet but strings. */
    private static ScanPage page(ClusterAnswer.Page page) {
        List<KeyView> keys = new ArrayList<>(page.keys().size());
        for (byte[] key : page.keys()) {
            keys.add(new KeyView(key, "string"));
        }
        return new ScanPage(page.cursor(), keys);
    }

    @Override
    public void dbsize(int db, Answer<Long> answer) {
        ask(new ClusterQuery.CountKeys(db), answer, reply -> ((ClusterAnswer.Count) reply).keys());
    }

    @Override
    public void copies(int db, byte[] key, Answer<Integer> answer) {
        ask(new ClusterQuery.Copies(db, key), answer, reply -> ((ClusterAnswer.Copies) reply).replicas());
    }

    @Override
    public void flush(int db, Answer<Reply> answer) {
        ask(new ClusterQuery.FlushKeys(db), answer, reply -> Reply.OK);
    }

    @Override
    public void randomKey(int db, Answer<List<byte[]>> answer) {
        ask(new ClusterQuery.RandomKey(db), answer, reply -> ((ClusterAnswer.Page) reply).keys());
    }

    @Override
    public void findScripts(List<String> names, Answer<List<byte[]>> answer) {
        ask(new ClusterQuery.FindScripts(names), answer, reply -> ((ClusterAnswer.Scripts) reply).texts());
    }

    @Override
    public void flushScripts(Answer<Reply> answer) {
        ask(new ClusterQuery.FlushScripts(), answer, reply -> Reply.OK);
    }

    private <T> void ask(ClusterQuery query, Answer<T> answer, Function<ClusterAnswer, T> show) {
        node().client().ask(query, reply -> {
            if (reply instanceof ClusterAnswer.Failed failed) {
                answer.failed(failed.error());
            } else {
                answer.done(show.apply(reply));
            }
        });
    }

    // --- publish and subscribe: clients may do so before the node is open, and are alone then ---

    @Override
    public void subscribe(List<Topic> topics, Answer<Reply> answer) {
        if (opened == null) {
            answer.done(Reply.OK);
        } else {
            ask(new ClusterQuery.Subscribe(topics), answer, reply -> Reply.OK);
        }
    }

    @Override
    public void unsubscribed(List<Topic> topics) {
        Opened node = opened;
        if (node != null) {
            node.client().unsubscribed(topics);
        }
    }

    @Override
    public void publish(Topic channel, byte[] payload) {
        Opened node = opened;
        if (node != null) {
            node.client().publish(channel, payload);
        }
    }

    // --- the ring and its members ---

    @Override
    public List<MemberView> members(boolean tls) {
        List<MemberView> rows = new ArrayList<>();
        for (NodeViews.MemberLine line : node().views().members()) {
            Member member = line.member();
            rows.add(new MemberView(
                    member.name(),
                    member.id(),
                    address(member, tls),
                    member.zone(),
                    member.datacenter(),
                    member.weight(),
                    line.status().text(),
                    line.partitionsOwned()));
        }
        rows.sort(Comparator.comparing(MemberView::name));
        return rows;
    }

    @Override
    public List<PartitionView> ring() {
        int partitions = node().views().partitions();
        List<PartitionView> rows = new ArrayList<>(partitions);
        for (int partition = 0; partition < partitions; partition++) {
            rows.add(row(partition));
        }
        return rows;
    }

    @Override
    public @Nullable PartitionView partition(int partition) {
        return partition < 0 || partition >= node().views().partitions() ? null : row(partition);
    }

    private PartitionView row(int partition) {
        NodeViews views = node().views();
        List<String> owners = new ArrayList<>();
        for (long owner : views.owners(partition)) {
            owners.add(views.nameOf(owner));
        }
        return new PartitionView(partition, views.ring().firstToken(partition).toString(), owners);
    }

    @Override
    public List<ReplicaView> replicas(int db, byte[] key, boolean tls) {
        List<ReplicaView> rows = new ArrayList<>();
        for (NodeViews.ReplicaLine line : node().views().replicas(db, key)) {
            rows.add(new ReplicaView(
                    line.member().name(),
                    address(line.member(), tls),
                    line.status().text(),
                    line.standsIn() ? "fallback" : "primary"));
        }
        return rows;
    }

    @Override
    public @Nullable PlanView planJoin(String name, double weight, String zone) {
        NodeViews views = node().views();
        if (views.members().stream().anyMatch(line -> line.member().name().equals(name))) {
            return null;
        }
        // Its real id will be random; the plan only needs one that nobody has.
        long newcomer = 1;
        while (views.ring().hasNode(newcomer)) {
            newcomer++;
        }
        return view(views, views.planJoin(newcomer, weight, zone), newcomer, name);
    }

    @Override
    public int replicasEverywhere() {
        return node().views().replicasEverywhere();
    }

    @Override
    public @Nullable PlanView planLeave(String name) {
        NodeViews views = node().views();
        Member member = views.memberNamed(name);
        return member == null || !views.isInRing(member.id())
                ? null
                : view(views, views.planLeave(member.id()), member.id(), name);
    }

    private static PlanView view(NodeViews views, Plan plan, long subject, String name) {
        List<PlanRow> rows = new ArrayList<>();
        for (Plan.Row row : plan.rows()) {
            rows.add(new PlanRow(
                    row.node() == subject ? name : views.nameOf(row.node()),
                    row.ownedBefore(),
                    row.ownedAfter(),
                    row.copiesBefore(),
                    row.copiesAfter(),
                    row.copiesFetched()));
        }
        rows.sort(Comparator.comparing(PlanRow::name));
        return new PlanView(rows, plan.copiesMoved(), plan.fairMove());
    }

    /** The port that this client can use; where there is none, the one that there is. */
    private static String address(Member member, boolean tls) {
        String host = member.host();
        boolean secure = member.clientPort() == 0 || tls && member.clientTlsPort() != 0;
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":"
                + (secure ? member.clientTlsPort() : member.clientPort());
    }

    @Override
    public String actorName(Actor actor) {
        return node().views().nameOf(actor);
    }

    // --- changes of the ring ---

    @Override
    public boolean isOpen() {
        return opened != null;
    }

    @Override
    public void leave(Answer<Reply> answer) {
        ask(new ClusterQuery.Leave(), answer, reply -> Reply.OK);
    }

    @Override
    public void replace(String oldName, Answer<Reply> answer) {
        ask(new ClusterQuery.Replace(oldName), answer, reply -> Reply.OK);
    }

    @Override
    public void forget(String name, Answer<Reply> answer) {
        ask(new ClusterQuery.Forget(name), answer, reply -> Reply.OK);
    }

    @Override
    public void repair(int db, byte @Nullable [] key, Answer<Reply> answer) {
        ask(new ClusterQuery.Repair(db, key), answer, reply -> counts(((ClusterAnswer.Repaired) reply).counts()));
    }

    @Override
    public void restore(int db, byte[] key, DumpedRecord record, Answer<Reply> answer) {
        ask(new ClusterQuery.Restore(db, key, record), answer, reply -> Reply.OK);
    }

    private static Reply counts(ExchangeCore.Repaired counts) {
        return new Reply.Pairs(List.of(
                Reply.bulk("nodes"),
                Reply.integer(counts.nodes()),
                Reply.bulk("nodes_failed"),
                Reply.integer(counts.failed()),
                Reply.bulk("partitions_compared"),
                Reply.integer(counts.partitions()),
                Reply.bulk("keys_compared"),
                Reply.integer(counts.keysCompared()),
                Reply.bulk("keys_sent"),
                Reply.integer(counts.keysSent()),
                Reply.bulk("keys_received"),
                Reply.integer(counts.keysTaken())));
    }
}
