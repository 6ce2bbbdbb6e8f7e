package io.kindred.cluster.sim;

import io.kindred.cluster.core.NodeViews;
import io.kindred.cluster.core.StartState;
import io.kindred.cluster.membership.Status;
import io.kindred.cluster.quorum.QuorumCounters;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.ring.Ring;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a node tells of itself, and what is said of it while it is down. */
abstract class ObservedNode {
    final long id;
    String name;

    ObservedNode(long id) {
        this.id = id;
        this.name = "n" + id;
    }

    /** What it tells of itself; null: it is not there. */
    abstract @Nullable NodeViews views();

    /** What is read of its views; the first where it is down. */
    <T> T told(T whenDown, Function<NodeViews, T> read) {
        NodeViews views = views();
        return views == null ? whenDown : read.apply(views);
    }

    StartState startState() {
        return told(StartState.STARTING, views -> views.startState());
    }

    boolean isDoubted() {
        return told(false, views -> views.isDoubted());
    }

    /** The members that it does not think to be up. */
    String awayMembers() {
        return told(
                "",
                views -> views.members().stream()
                        .filter(line -> line.status() == Status.SUSPECT || line.status() == Status.DOWN)
                        .map(line -> line.member().name() + " is " + line.status())
                        .collect(Collectors.joining(", ")));
    }

    /** Whom its reaping waits for, and the marks that it has. */
    String reapingState() {
        return told(
                name + " is dead",
                views -> name + " waits for " + views.reapBlockedBy() + ", is at "
                        + views.reapMark(0) + " fetching "
                        + views.partitionsFetching() + " parting "
                        + views.partitionsParting());
    }

    long hintsHeld() {
        return told(0L, views -> views.hints().hints());
    }

    /** What it has put in place of records, given up and owes, because it took them for lost. */
    long takenForLost() {
        return told(
                0L,
                views -> views.exchange().recordsMended
                        + views.exchange().lossesAccepted
                        + views.exchange().damagedPartitions
                        + views.exchange().unreadableKeys
                        + views.handoff().lost
                        + views.owedRanges());
    }

    long sloppyWrites() {
        return told(0L, views -> views.counters().sloppyWrites);
    }

    long termClaims() {
        return told(0L, views -> views.terms().won);
    }

    /** What it has counted in this life. */
    QuorumCounters counters() {
        return told(new QuorumCounters(), views -> views.counters());
    }

    int rangesOwed() {
        return told(0, views -> views.owedRanges());
    }

    /** Records here that no replica can read. */
    int lostRecords() {
        return told(0, views -> views.lostRecords());
    }

    long recordsMended() {
        return told(0L, views -> views.exchange().recordsMended);
    }

    long damagedPartitions() {
        return told(0L, views -> (long) views.exchange().damagedPartitions);
    }

    /** Trees that are missing or in doubt, and times that a scrub has found one to be wrong. */
    long treesWrong() {
        return told(0L, views -> views.exchange().scrubMismatches);
    }

    int treesBuilding() {
        return told(0, views -> views.trees().building());
    }

    long flushStamp() {
        return told(0L, views -> views.flushStamp(0));
    }

    /** The ring that all records that it knows lead to; null: it is not running. */
    @Nullable
    Ring ring() {
        NodeViews views = views();
        return views == null ? null : views.ring();
    }

    NodeViews.ChangeRecords changeRecords() {
        return told(new NodeViews.ChangeRecords(0, 0, 0, 0), views -> views.changeRecords());
    }

    boolean hasInRing(SimNode other) {
        return told(false, views -> views.isInRing(other.id));
    }

    /** Those that it lists, and how they are. */
    String members() {
        return told(
                "",
                views -> views.members().stream()
                        .map(line -> line.member().name() + " " + line.status().text())
                        .collect(Collectors.joining(", ")));
    }

    List<String> reapingWaitsFor() {
        return told(List.of(), views -> views.reapBlockedBy());
    }

    String nameOf(SimNode other) {
        return told("", views -> views.nameOf(other.id));
    }

    int partitionsOwnedBy(SimNode other) {
        return told(0, views -> views.ring().owned(other.id));
    }

    /** Partitions that it knows to be on their way, or has to take or to give away. */
    int partitionsMoving() {
        return told(0, views -> views.partitionsInTransfer() + views.partitionsFetching() + views.partitionsParting());
    }

    /** Partitions that it holds, and does not count in as a replica of their own. */
    int partitionsUncounted() {
        return told(0, views -> views.partitionsUncounted());
    }

    String moving() {
        return told(
                name + " is not running",
                views -> name + ": " + views.partitionsInTransfer() + " in transfer, "
                        + views.partitionsFetching() + " to fetch, "
                        + views.partitionsParting() + " to give away, "
                        + views.transfers());
    }

    long reapMark(RecordKey storageKey) {
        return told(0L, views -> views.reapMark(storageKey.partition()));
    }
}
