package io.kindred.cluster.core;

import io.kindred.cluster.antientropy.ExchangeCore;
import io.kindred.cluster.antientropy.ReapMarks;
import io.kindred.cluster.antientropy.ReapRound;
import io.kindred.cluster.antientropy.ScrubTask;
import io.kindred.cluster.membership.HeldPartitions;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.membership.Standing;
import io.kindred.cluster.membership.Status;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.transfer.OwnPartitions;
import io.kindred.cluster.version.HybridClock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * When tombstones go: by proof, not by age alone. Of a partition's owners the one with the smallest id, which asks the
 * others for exchanges anyway, tries to raise the partition's reap mark, round after round; the others take the mark over
 * from it. docs/anti-entropy.md says why nothing that was deleted comes back.
 */
final class Reaping {
    private static final long CHECK_NANOS = 200_000_000L;
    /** What was acknowledged so long ago is on the disk, even under {@code appendfsync everysec}. */
    private static final long DURABLE_AFTER_NANOS = 3_000_000_000L;
    /** A mark rises by this part of the grace at a time: each time the partition is gone through. */
    private static final int STEPS_A_GRACE = 8;
    /** A round that has not come to its end by then, in intervals of exchanges, begins anew. */
    private static final int ROUND_INTERVALS = 10;

    private final ClusterMembership membership;
    private final RingRouter router;
    private final Journal journal;
    private final ReapMarks marks;
    private final Clocks clocks;
    private final Reaper reaper;
    private final OwnPartitions own;
    private final ReapCounters counters = new ReapCounters();
    private final long intervalNanos;
    private final long graceMillis;
    private final long stepMillis;
    private final long waitNanos;
    private @Nullable ReapRound round;
    private int ringVersion;
    private long memberStarts;
    private long roundEndsNanos;
    private long nextNanos;

    Reaping(LocalData data, Cluster cluster, ExchangeCore exchange) {
        NodeConfig config = data.config();
        this.membership = cluster.membership();
        this.router = cluster.router();
        this.journal = data.journal();
        this.marks = data.kept().marks();
        this.own = cluster.own();
        this.clocks = data.context().clocks();
        this.reaper = new Reaper(data, own, counters);
        this.intervalNanos = config.exchangeIntervalNanos();
        long awayNanos = config.times().suspectAfterNanos() + config.quorums().timeoutNanos();
        this.waitNanos = Math.max(DURABLE_AFTER_NANOS, 2 * awayNanos);
        this.graceMillis = Math.max(config.tombstoneGraceMillis(), settledMillis(config, awayNanos));
        this.stepMillis = Math.max(graceMillis / STEPS_A_GRACE, intervalNanos / 1_000_000);
        marks.listen(this::heard);
        marks.withhold(reaper::isPurging);
        exchange.listen(this::compared);
    }

    /** How long after its stamp a write may still become a hint, whatever clocks within the limit say. */
    private static long settledMillis(NodeConfig config, long awayNanos) {
        long relayedNanos = 2 * config.quorums().timeoutNanos();
        return (2 * awayNanos + relayedNanos) / 1_000_000 + 4 * config.times().clockSkewMaxMillis();
    }

    /** What was here below a mark, and had not been fetched, is gone through again: the last life may not have come to its end. */
    void onStarted() {
        for (int partition = 0; own.isDoubted() && partition < router.partitions(); partition++) {
            if (marks.of(partition) > 0 && own.mayHaveRecords(partition)) {
                reaper.reap(partition);
            }
        }
    }

    /**
     * Whether a partition that may be older here than the mark that was taken from another owner is still to be rid of what
     * is settled by it.
     */
    boolean isPurging(int partition) {
        return reaper.isPurging(partition);
    }

    ScrubTask reaper() {
        return reaper;
    }

    ReapCounters counters() {
        return counters;
    }

    long nextTickNanos() {
        return nextNanos;
    }

    void onTick() {
        long now = clocks.nanos();
        if (now - nextNanos < 0) {
            return;
        }
        nextNanos = now + CHECK_NANOS;
        ReapRound running = round;
        if (running == null) {
            begin(now);
        } else if (router.version() != ringVersion
                || starts() != memberStarts
                || bound() < running.mark
                || now - roundEndsNanos >= 0) {
            round = null;
        } else {
            running.takeProven(now).forEach(partition -> raise(partition, running.mark));
            round = running.size() == 0 ? null : running;
        }
    }

    // --- the rule ---

    /** Who is not there, or owes what nobody knows the age of. */
    List<Long> blockedBy() {
        List<Long> blocking = new ArrayList<>();
        for (long id : members()) {
            if (isAway(id) || membership.view().standing(id).oldestDebtStamp() <= Standing.DEBT_OF_ANY_AGE) {
                blocking.add(id);
            }
        }
        return blocking;
    }

    /** Nodes of the ring, and those that are leaving it. Who was forgotten is not waited for. */
    private Set<Long> members() {
        Set<Long> members = new TreeSet<>();
        members.addAll(router.view().nodes());
        for (Member member : membership.roster().listed()) {
            members.add(member.id());
        }
        return members;
    }

    private boolean isAway(long id) {
        return membership.view().member(id) == null || membership.roster().status(id) != Status.UP;
    }

    /** The highest stamp at or below which nothing is owed or under way anywhere; 0 while a member is away. */
    private long bound() {
        // Expiry goes by the wall clock, which stamps may be ahead of.
        long bound = HybridClock.ofMillis(Math.max(0, clocks.wallMillis() - graceMillis));
        for (long id : members()) {
            Standing standing = membership.view().standing(id);
            long settled = HybridClock.millis(standing.clockStamp()) - graceMillis;
            if (isAway(id) || settled <= 0) {
                return 0;
            }
            bound = Math.min(bound, Math.min(HybridClock.ofMillis(settled), standing.oldestDebtStamp() - 1));
        }
        return bound;
    }

    /** Another one when any member has started anew: it may have lost what it had acknowledged last. */
    private long starts() {
        long starts = 0;
        for (long id : members()) {
            Member member = membership.view().member(id);
            starts = starts * 31 + (member == null ? 0 : member.start());
        }
        return starts;
    }

    private void begin(long now) {
        long mark = membership.isServing() ? bound() : 0;
        if (mark <= 0) {
            return;
        }
        ReapRound begun = new ReapRound(mark, waitNanos);
        for (int partition = 0; partition < router.partitions(); partition++) {
            boolean isDue = HybridClock.millis(mark) - HybridClock.millis(marks.of(partition)) >= stepMillis;
            if (isDue && isMine(partition)) {
                List<Long> others = new ArrayList<>();
                Arrays.stream(router.view().targetEverywhere(partition))
                        .filter(id -> id != self())
                        .forEach(others::add);
                begun.add(partition, others, now);
            }
        }
        if (begun.size() > 0) {
            round = begun;
            ringVersion = router.version();
            memberStarts = starts();
            roundEndsNanos = now + ROUND_INTERVALS * intervalNanos + 2 * waitNanos;
        } else {
            nextNanos = now + Math.min(intervalNanos, stepMillis * 1_000_000 / 2);
        }
    }

    private long self() {
        return membership.roster().self().id();
    }

    /** Whether all owners hold the partition, nobody else serves it, and this node is the one to ask them. */
    private boolean isMine(int partition) {
        long[] owners = router.view().targetEverywhere(partition);
        boolean isOwner = false;
        for (long owner : owners) {
            HeldPartitions holding = membership.roster().holding(owner);
            if (owner < self() || holding == null || !holding.holds(partition)) {
                return false;
            }
            isOwner |= owner == self();
        }
        return isOwner
                && router.view().all().stream()
                        .allMatch(ring -> ring.serving().of(partition).isSettled());
    }

    private void compared(long peer, long begunNanos, Set<Integer> partitions) {
        ReapRound running = round;
        if (running != null) {
            running.compared(peer, begunNanos, partitions, clocks.nanos());
        }
    }

    // --- marks ---

    /** Another owner has a higher mark; one that no honest clock can have reached is not believed. */
    private void heard(int partition, long mark) {
        if (router.keeps(partition) && HybridClock.millis(mark) <= clocks.wallMillis()) {
            raise(partition, mark);
        }
    }

    private void raise(int partition, long mark) {
        if (marks.raise(partition, mark)) {
            counters.marksRaised++;
            journal.persistMeta(MetaKey.of(MetaKey.REAP, partition), MetaKey.value(mark));
            reaper.reap(partition);
        }
    }
}
