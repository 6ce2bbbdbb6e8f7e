package io.kindred.cluster.core;

import io.kindred.cluster.antientropy.MerkleTrees;
import io.kindred.cluster.handoff.HintLedger;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.membership.Status;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.quorum.QuorumSettings;
import io.kindred.metrics.MetricFamily;
import io.kindred.metrics.MetricSet;
import io.kindred.metrics.Unit;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The metrics that are read from a node's state rather than counted: who it is, its ring, its members, what it owes. */
public final class NodeMetrics {
    private NodeMetrics() {}

    /** The node itself. */
    public static final MetricSet<NodeViews> SELF = MetricSet.<NodeViews>of(NodeViews.class)
            .text("node_name", "The name of this node.", v -> v.self().name())
            .text(
                    "node_id",
                    "Its id, in hexadecimal.",
                    v -> String.format("%016x", v.self().id()))
            .gauge(
                    "incarnation",
                    "How often this node has begun to be another actor in vector clocks.",
                    v -> v.self().incarnation())
            .gauge(
                    "generation",
                    "How often this node has started.",
                    v -> v.self().start())
            .text(
                    "start_state",
                    "What this start has come to; see docs/data-directory.md.",
                    v -> v.startState().text())
            .text(
                    "start_state_reason",
                    "Why this node does not serve; empty where it does.",
                    NodeViews::notServingBecause)
            .flag(
                    "start_in_doubt",
                    "Whether it found less than it had, and has not fetched all of it yet.",
                    NodeViews::isDoubted)
            .text("cluster_id", "The id of the cluster that it belongs to.", v -> String.format("%016x", v.cluster()))
            .counter(
                    "dialed_by_other_clusters",
                    "Times that a member of another cluster looked for one of its own here.",
                    NodeViews::mistaken)
            .gauge("cluster_port", "Where other nodes connect.", v -> v.self().clusterPort())
            .build();

    /** The members by status; taken once for a report. */
    public record MemberCounts(Map<Status, Integer> byStatus) {
        public static final MetricSet<MemberCounts> METRICS = MetricSet.<MemberCounts>of(MemberCounts.class)
                .gauge("members_up", "Members that are up.", c -> c.of(Status.UP))
                .gauge("members_suspect", "Members that were silent for suspect-after-ms.", c -> c.of(Status.SUSPECT))
                .gauge("members_down", "Members that a majority calls down.", c -> c.of(Status.DOWN))
                .gauge("members_joining", "Members that fetch their first partitions.", c -> c.of(Status.JOINING))
                .gauge("members_leaving", "Members that give their partitions away.", c -> c.of(Status.LEAVING))
                .build();

        public static MemberCounts of(NodeViews views) {
            Map<Status, Integer> counts = new EnumMap<>(Status.class);
            views.members().forEach(line -> counts.merge(line.status(), 1, Integer::sum));
            return new MemberCounts(counts);
        }

        private int of(Status status) {
            return byStatus.getOrDefault(status, 0);
        }
    }

    /** What the watch over the members has counted. */
    public static final MetricSet<NodeViews.WatchCounts> WATCH = MetricSet.<NodeViews.WatchCounts>of(MemberWatch.class)
            .counter(
                    "suspicions",
                    "Times that a member became a suspect by its silence.",
                    NodeViews.WatchCounts::suspicions)
            .counter("down_verdicts", "Times that members agreed that one is down.", NodeViews.WatchCounts::downs)
            .counter(
                    "suspicions_refuted",
                    "Times that this node refuted what others said of it.",
                    NodeViews.WatchCounts::refutations)
            .counter(
                    "stalls_noticed",
                    "Times that this node itself was not running for a while.",
                    NodeViews.WatchCounts::stalls)
            .build();

    /** The ring, and data on its way. */
    public static final MetricSet<NodeViews> RING = MetricSet.<NodeViews>of(NodeViews.class)
            .text(
                    "datacenter",
                    "The datacenter of this node; empty: none is named.",
                    v -> v.self().datacenter())
            .text("datacenters", "All that have nodes.", v -> String.join(",", v.datacenters()))
            .gauge("partitions", "Partitions of the ring.", NodeViews::partitions)
            .gauge(
                    "partitions_owned",
                    "Those of which this node is the first owner.",
                    v -> v.ring().owned(v.self().id()))
            .gauge(
                    "partitions_in_transfer",
                    "Partitions of the whole cluster that are not yet, or not only, where the ring has them.",
                    NodeViews::partitionsInTransfer)
            .gauge(
                    "partitions_to_fetch",
                    "Partitions that this node owns and does not hold yet.",
                    NodeViews::partitionsFetching)
            .gauge(
                    "partitions_to_give_away",
                    "Partitions that this node has records of for others.",
                    NodeViews::partitionsParting)
            .build();

    /** The change records of the cluster. */
    public static final MetricSet<NodeViews.ChangeRecords> CHANGES = MetricSet.<NodeViews.ChangeRecords>of(
                    ChangeHistory.class)
            .gauge("change_records", "Changes of the ring that are kept each by itself.", NodeViews.ChangeRecords::kept)
            .gauge(
                    "change_records_compacted",
                    "Those that a checkpoint stands for.",
                    NodeViews.ChangeRecords::compacted)
            .counter(
                    "change_records_compactions",
                    "How often this node has dropped some for one.",
                    NodeViews.ChangeRecords::compactions)
            .counter(
                    "change_records_outvoted",
                    "Those of this node's own that others' checkpoint took the place of.",
                    NodeViews.ChangeRecords::outvoted)
            .build();

    /** The quorums as they are with the nodes there are. */
    public static final MetricSet<NodeViews> QUORUMS = MetricSet.<NodeViews>of(NodeViews.class)
            .gauge("replication_n", "Replicas of each key in this datacenter.", NodeViews::replicas)
            .gauge("read_quorum", "Answers that a read waits for.", NodeMetrics::readQuorum)
            .gauge("write_quorum", "Acknowledgements that a write waits for.", NodeMetrics::writeQuorum)
            .flag(
                    "quorums_overlap",
                    "Whether a read sees each write before it: R + W above N.",
                    v -> readQuorum(v) + writeQuorum(v) > replicasNow(v))
            .build();

    private static int replicasNow(NodeViews views) {
        return Math.min(views.replicas(), Math.max(1, views.ring().members().size()));
    }

    private static int readQuorum(NodeViews views) {
        QuorumSettings settings = views.config().quorums();
        return settings.readsNeeded(QuorumSpec.DEFAULT, replicasNow(views));
    }

    private static int writeQuorum(NodeViews views) {
        QuorumSettings settings = views.config().quorums();
        return settings.writesNeeded(QuorumSpec.DEFAULT, replicasNow(views));
    }

    /** What is under way or in doubt. */
    public static final MetricSet<NodeViews> REQUESTS = MetricSet.<NodeViews>of(NodeViews.class)
            .gauge("requests_under_way", "Requests that wait for answers of other nodes.", NodeViews::requestsUnderWay)
            .gauge(
                    "partitions_uncounted",
                    "Partitions in whose updates this node does not count as one of the own replicas.",
                    NodeViews::partitionsUncounted)
            .counter(
                    "corrupt_records",
                    "Times that a record was come upon that cannot be decoded.",
                    NodeViews::corruptRecords)
            .gauge("records_lost", "Records here that no replica can read.", NodeViews::lostRecords)
            .counter(
                    "clock_skews_refused",
                    "Stamps of other nodes that were too far ahead to be taken.",
                    NodeViews::clockSkewsRefused)
            .gauge(
                    "peer_writes_waiting_bytes",
                    Unit.BYTES,
                    "Other nodes' writes that wait for the disk.",
                    NodeViews::peerWritesWaitingBytes)
            .gauge(
                    "writes_under_way_bytes",
                    Unit.BYTES,
                    "Writes that this node coordinates.",
                    NodeViews::writesUnderWayBytes)
            .gauge("repair_debt_ranges", "Partitions that some replica is owed an exchange for.", NodeViews::owedRanges)
            .text(
                    "reap_blocked_by",
                    "The members that keep tombstones from going.",
                    v -> String.join(",", v.reapBlockedBy()))
            .build();

    /** How clocks stand. */
    public static final MetricSet<NodeViews.ClockSkew> CLOCKS = MetricSet.<NodeViews.ClockSkew>of(SkewWatch.class)
            .gauge(
                    "clock_skew_ms_max",
                    Unit.MILLISECONDS,
                    "By how much the peer whose clock differs most is ahead of this node.",
                    NodeViews.ClockSkew::skewMillisMax)
            .text("clock_skew_node", "That peer.", NodeViews.ClockSkew::skewPeer)
            .gauge(
                    "clock_ahead_of_median_ms",
                    Unit.MILLISECONDS,
                    "By how much this node's clock is ahead of the median of all that it knows.",
                    NodeViews.ClockSkew::aheadOfMedianMillis)
            .gauge(
                    "clock_stamps_ahead_ms",
                    Unit.MILLISECONDS,
                    "By how much what is written here is stamped ahead of this node's clock.",
                    NodeViews.ClockSkew::stampsAheadMillis)
            .build();

    /** What this node holds for others. */
    public static final MetricSet<NodeViews> HINTS = MetricSet.<NodeViews>of(HintLedger.class)
            .gauge(
                    "hints_pending",
                    "Writes that are kept for nodes which missed them.",
                    v -> v.hints().hints())
            .gauge(
                    "hints_pending_bytes",
                    Unit.BYTES,
                    "What these hold.",
                    v -> v.hints().bytes())
            .gauge(
                    "hint_max_bytes",
                    Unit.BYTES,
                    "What they may hold.",
                    v -> v.config().hintBytesMax())
            .family(new MetricFamily<NodeViews, Debt>(
                    "hints_for_",
                    "hints_for_",
                    List.of("node"),
                    NodeMetrics::debts,
                    debt -> List.of(debt.whom()),
                    Debt.METRICS))
            .build();

    private record Debt(String whom, long hints, long bytes) {
        static final MetricSet<Debt> METRICS = MetricSet.<Debt>of(HintLedger.class)
                .gauge("hints", "Writes that are kept for this node.", Debt::hints)
                .gauge("bytes", Unit.BYTES, "What these hold.", Debt::bytes)
                .build();
    }

    private static List<Debt> debts(NodeViews views) {
        return views.hints().debts().stream()
                .map(debt -> new Debt(views.nameOf(debt.intended()), debt.hints(), debt.bytes()))
                .toList();
    }

    /** The Merkle trees. */
    public static final MetricSet<MerkleTrees> TREES = MetricSet.<MerkleTrees>of(MerkleTrees.class)
            .gauge("trees_ready", "Partitions whose tree is as their records are.", MerkleTrees::ready)
            .gauge("trees_building", "Partitions whose tree is being built.", MerkleTrees::building)
            .gauge("trees_restored", "Partitions whose tree this start did not have to build.", MerkleTrees::restored)
            .gauge(
                    "trees_to_save",
                    "Partitions whose tree is to be stored; a start after a crash may have to build these.",
                    MerkleTrees::unsaved)
            .counter("trees_saved", "Trees of a partition that were stored for the next start.", MerkleTrees::saved)
            .gauge("trees_bytes", Unit.BYTES, "What the trees hold in memory.", MerkleTrees::sizeBytes)
            .build();

    /** Who this node is, as labels: what dashboards join on. */
    public static final MetricSet<NodeViews> INFO = MetricSet.<NodeViews>of(NodeViews.class)
            .family(new MetricFamily<NodeViews, Member>(
                    "",
                    "node_",
                    List.of("node", "datacenter", "zone"),
                    views -> List.of(views.self()),
                    self -> List.of(self.name(), self.datacenter(), self.zone()),
                    MetricSet.<Member>of(NodeViews.class)
                            .flag("info", "Always 1; its labels say who this node is.", self -> true)
                            .build()))
            .build();
}
