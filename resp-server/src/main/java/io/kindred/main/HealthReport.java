package io.kindred.main;

import io.kindred.cluster.core.NodeViews;
import io.kindred.cluster.membership.Status;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.command.HealthView;
import io.kindred.metrics.MetricFamily;
import io.kindred.metrics.MetricSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * How the cluster is, as one node sees it: the worst of its reasons says the state. Looked at when somebody asks; costs a
 * walk over the members.
 *
 * @param reasons the worst first
 */
record HealthReport(String node, boolean serving, List<Reason> reasons) {
    /** From good to bad. */
    enum State {
        /** All members are up and have what they own. */
        OK,
        /** The ring changes: data is on its way to where it belongs. Nothing is amiss. */
        MOVING,
        /** Everything is answered, but with less to spare, or something wants a look. */
        DEGRADED,
        /** Some of what clients ask for fails. */
        FAILING,
        /** This node does not serve clients, or not yet. */
        LOADING;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** One thing that is not as it should be: for programs by its code, for people in words. */
    record Reason(State state, String code, String words) {}

    static final MetricSet<HealthReport> METRICS = MetricSet.<HealthReport>of(HealthReport.class)
            .text(
                    "cluster_state",
                    "How the cluster is, as this node sees it: ok, moving, degraded, failing or loading.",
                    h -> h.state().text())
            .text("cluster_state_reasons", "Why, in words, the worst first; empty: it is ok.", HealthReport::words)
            .flag("serving", "Whether this node serves clients.", HealthReport::serving)
            .family(new MetricFamily<HealthReport, State>(
                    "",
                    "cluster_",
                    List.of("state"),
                    health -> List.of(health.state()),
                    state -> List.of(state.text()),
                    MetricSet.<State>of(HealthReport.class)
                            .flag(
                                    "state",
                                    "1 for the state that the cluster is in; others are not there.",
                                    state -> true)
                            .build()))
            .build();

    /** Before the node has opened its data. */
    static HealthReport loading(String why) {
        String words = why.isEmpty() ? "the node loads its data" : why;
        return new HealthReport("", false, List.of(new Reason(State.LOADING, "loading", words)));
    }

    static HealthReport of(Reading reading) {
        NodeViews views = reading.views();
        List<Reason> found = new ArrayList<>();
        boolean serving = !reading.of().config().loading();
        if (!serving) {
            String why = reading.of().config().whyLoading();
            String words = why.isEmpty() ? "the node waits to join its cluster" : why;
            found.add(new Reason(State.LOADING, "not_serving", words));
        }
        addMembers(found, views);
        addStorage(found, reading);
        addData(found, views);
        addClocks(found, views);
        found.sort(Comparator.comparing(Reason::state).reversed());
        return new HealthReport(views.self().name(), serving, List.copyOf(found));
    }

    private static void addMembers(List<Reason> found, NodeViews views) {
        int up = 0;
        for (NodeViews.MemberLine line : views.members()) {
            String name = line.member().name();
            boolean isHere = line.member().datacenter().equals(views.self().datacenter());
            up += isHere && line.status() != Status.DOWN && line.status() != Status.SUSPECT ? 1 : 0;
            switch (line.status()) {
                case DOWN -> found.add(new Reason(State.DEGRADED, "member_down", name + " is down"));
                case SUSPECT -> found.add(new Reason(State.DEGRADED, "member_suspect", name + " is silent"));
                case JOINING -> found.add(new Reason(State.MOVING, "member_joining", name + " joins"));
                case LEAVING -> found.add(new Reason(State.MOVING, "member_leaving", name + " leaves"));
                case UP -> {}
            }
        }
        int replicas =
                Math.min(views.replicas(), Math.max(1, views.ring().members().size()));
        int needed = Math.max(
                views.config().quorums().readsNeeded(QuorumSpec.DEFAULT, replicas),
                views.config().quorums().writesNeeded(QuorumSpec.DEFAULT, replicas));
        if (up < needed) {
            found.add(new Reason(
                    State.FAILING, "no_quorum", "a request needs " + needed + " nodes, and " + up + " can be reached"));
        }
    }

    private static void addStorage(List<Reason> found, Reading reading) {
        if (reading.of().loop().stats().lastCommitFailed()) {
            found.add(new Reason(State.FAILING, "storage_failing", "the storage fails: the log of this node says why"));
        }
        if (reading.of().server().load().writesHeld()) {
            found.add(new Reason(State.DEGRADED, "writes_held", "writes wait, because the storage is behind"));
        }
    }

    private static void addData(List<Reason> found, NodeViews views) {
        add(found, State.DEGRADED, "records_lost", views.lostRecords(), "records that no replica can read");
        add(
                found,
                State.DEGRADED,
                "records_unreadable",
                views.exchange().unreadableKeys,
                "records cannot be read here");
        add(
                found,
                State.DEGRADED,
                "partitions_damaged",
                views.exchange().damagedPartitions,
                "partitions are damaged here");
        add(found, State.DEGRADED, "repair_owed", views.owedRanges(), "partitions are owed an exchange");
        if (views.isDoubted()) {
            found.add(new Reason(State.DEGRADED, "start_in_doubt", "this node found less than it had, and fetches it"));
        }
        add(found, State.MOVING, "moving", views.partitionsInTransfer(), "partitions are on their way");
        long hints = views.hints().hints();
        add(found, State.MOVING, "hints_pending", hints, "writes are kept for nodes that missed them");
    }

    private static void add(List<Reason> found, State state, String code, long count, String words) {
        if (count > 0) {
            found.add(new Reason(state, code, count + " " + words));
        }
    }

    private static void addClocks(List<Reason> found, NodeViews views) {
        NodeViews.ClockSkew skew = views.clockSkew();
        long most = views.config().times().clockSkewMaxMillis();
        if (Math.abs(skew.aheadOfMedianMillis()) > most) {
            found.add(new Reason(
                    State.DEGRADED,
                    "clock_skew",
                    "the clock of this node is " + skew.aheadOfMedianMillis() + " ms ahead of the others'"));
        } else if (Math.abs(skew.skewMillisMax()) > most) {
            found.add(new Reason(
                    State.DEGRADED,
                    "clock_skew",
                    "the clock of " + skew.skewPeer() + " is " + skew.skewMillisMax() + " ms ahead of this node's"));
        }
    }

    State state() {
        return reasons.stream()
                .map(Reason::state)
                .max(Comparator.naturalOrder())
                .orElse(State.OK);
    }

    /** Without the sign that has clients take a field for a list of pairs. */
    private String words() {
        return String.join("; ", reasons.stream().map(Reason::words).toList()).replace('=', ' ');
    }

    HealthView view() {
        Stream<String> lines = reasons.stream().map(reason -> reason.code() + ": " + reason.words());
        return new HealthView(node, state().text(), serving, lines.toList());
    }
}
