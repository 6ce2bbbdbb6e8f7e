package io.kindred.cluster.core;

import io.kindred.cluster.antientropy.ExchangeCore;
import io.kindred.cluster.membership.HeldPartitions;
import io.kindred.cluster.membership.MembershipView;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.term.Terms;
import io.kindred.cluster.transfer.OwnPartitions;
import io.kindred.cluster.transfer.ServingMap;
import io.kindred.cluster.transfer.ServingView;
import io.kindred.cluster.transfer.TransferCluster;
import io.kindred.cluster.transfer.TransferCore;
import io.kindred.cluster.transfer.TransferWork;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The transfers of this node, as a part of it: what they know of the members, and whom they have do their work. */
final class TransferPart implements TransferCluster, TransferWork {
    private static final int SHOWN_MAX = 8;

    private final ClusterMembership membership;
    private final MembershipView view;
    private final RingRouter router;
    private final Clocks clocks;
    private final CoreOutput output;
    private final ExchangeCore exchange;
    private final Cleaner cleaner;
    private final IntPredicate purging;
    private final TransferCore core;
    private final OwnPartitions own;
    private final Terms terms;

    /** @param purging whether a partition is being rid of what others have settled since */
    TransferPart(
            LocalData data,
            Cluster cluster,
            ExchangeCore exchange,
            Terms terms,
            Cleaner cleaner,
            IntPredicate purging) {
        this.membership = cluster.membership();
        this.view = membership.view();
        this.router = cluster.router();
        this.clocks = data.context().clocks();
        this.output = data.context().output();
        this.exchange = exchange;
        this.cleaner = cleaner;
        this.purging = purging;
        this.own = cluster.own();
        this.terms = terms;
        this.core = new TransferCore(this, own, this, data.config().quorums().timeoutNanos());
    }

    TransferCore core() {
        return core;
    }

    /** For people: some of the partitions that are on their way, as this node knows it, and who holds them. */
    String underWay() {
        List<String> lines = new ArrayList<>();
        for (int partition = 0; partition < router.partitions() && lines.size() < SHOWN_MAX; partition++) {
            List<String> holders = new ArrayList<>();
            for (long member : members()) {
                HeldPartitions held = holding(member);
                if (held == null || held.holds(partition)) {
                    holders.add(nameOf(member) + (held == null ? "?" : ""));
                }
            }
            List<String> owners = new ArrayList<>();
            for (long owner : router.view().target(partition)) {
                owners.add(nameOf(owner));
            }
            if (!new TreeSet<>(holders).equals(new TreeSet<>(owners))) {
                lines.add(partition + " is held by " + holders + " and owned by " + owners);
            }
        }
        return String.join(", ", lines);
    }

    // --- what the core asks ---

    @Override
    public long self() {
        return view.self().id();
    }

    @Override
    public ServingView serving() {
        return router.view().serving();
    }

    @Override
    public String nameOf(long node) {
        return router.nameOf(node);
    }

    @Override
    public Clocks clocks() {
        return clocks;
    }

    @Override
    public boolean isGone(long node) {
        return router.isGone(node);
    }

    @Override
    public boolean isInRing(long node) {
        return router.hasNode(node);
    }

    @Override
    public boolean hasDeparted(long node) {
        return membership.roster().hasDeparted(node);
    }

    @Override
    public List<Long> members() {
        return membership.roster().members();
    }

    @Override
    public List<ServingMap.Nodes> elsewhere(int partition) {
        return router.view().elsewhere(partition);
    }

    @Override
    public List<Long> nearMembers() {
        return router.nearMembers(membership.roster().members());
    }

    @Override
    public @Nullable HeldPartitions holding(long node) {
        return membership.roster().holding(node);
    }

    @Override
    public List<Long> liveMembers() {
        List<Long> live = new ArrayList<>();
        for (long id : membership.roster().members()) {
            if (membership.watch().status(id) == io.kindred.cluster.membership.Status.UP
                    && membership.roster().isListed(id)) {
                live.add(id);
            }
        }
        return live;
    }

    @Override
    public boolean confirms(long node) {
        return node == self()
                || (view.standing(node).recordsHash() == view.changes().hash() && !view.lacksHolding(node));
    }

    @Override
    public boolean isForgotten() {
        return membership.roster().isForgotten(self());
    }

    // --- what the core has done ---

    @Override
    public void exchange(long peer, Collection<Integer> partitions, boolean isTaking, TransferWork.Exchanged told) {
        exchange.exchange(peer, partitions, isTaking, same -> {
            List<Integer> fetched = same.stream()
                    .filter(partition -> !own.holds(partition) || !terms.counts(partition))
                    .toList();
            List<Integer> asked = new ArrayList<>(fetched);
            partitions.stream()
                    .filter(partition -> !same.contains(partition) && isToBeMet(peer, partition))
                    .forEach(asked::add);
            boolean isNear = router.datacenterOfNode(peer) == router.datacenterOfNode(self());
            if (asked.isEmpty() || !isNear) {
                told.ended(same, Set.of(), Set.of());
            } else {
                terms.fetch(peer, asked, (ok, uncounted, emptied) -> {
                    // What it has deleted since it was compared it may have had to meet somebody for.
                    Set<Integer> unsure = new TreeSet<>(emptied);
                    unsure.retainAll(same);
                    unsure.addAll(uncounted);
                    told.ended(ok ? same : without(same, fetched), unsure, without(emptied, same));
                });
            }
        });
    }

    /** It has given a partition up, and may have nothing left to be met for. */
    private boolean isToBeMet(long peer, int partition) {
        HeldPartitions holding = holding(peer);
        boolean gaveUp = holding != null && !holding.holds(partition);
        return own.holds(partition) && !terms.counts(partition) && gaveUp && !isGone(peer);
    }

    private static Set<Integer> without(Set<Integer> some, Collection<Integer> others) {
        Set<Integer> left = new TreeSet<>(some);
        others.forEach(left::remove);
        return left;
    }

    @Override
    public List<Long> formers(int partition) {
        return terms.formers(partition);
    }

    @Override
    public void await(int partition, List<Long> formers, Consumer<Boolean> told) {
        terms.await(partition, formers, told);
    }

    @Override
    public void delete(int partition, Consumer<Boolean> done) {
        cleaner.delete(partition, () -> !own.holds(partition) && !router.view().takesWrites(partition), done);
    }

    @Override
    public void changed() {
        membership.held(own.told());
    }

    @Override
    public boolean isPurging(int partition) {
        return purging.test(partition);
    }

    @Override
    public void emptied(int partition) {
        router.touch(partition);
    }

    @Override
    public void note(String line) {
        output.effects().note(line);
    }
}
