package io.kindred.cluster.term;

import io.kindred.cluster.message.Guard;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.TermMessage;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.Outbox;
import io.kindred.cluster.quorum.Requests;
import io.kindred.cluster.quorum.Route;
import io.kindred.cluster.quorum.Router;
import io.kindred.cluster.quorum.TermBook;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Term;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The terms of all partitions at one node: what it knows, what it grants to others, and what it claims itself.
 *
 * <p>Invariants: a term is told, granted or claimed only once it is on the disk for good; none is granted that is not above
 * all that were known; a start holds none.
 */
public final class Terms implements TermBook {
    /** So long a holder keeps a term against others that ask a node which is connected to it. */
    static final long HOLD_NANOS = 100_000_000L;

    private final Network network;
    private final Disk disk;
    private final long datacenter;
    private final @Nullable PartitionTerm[] partitions;
    private final TermCounters counters = new TermCounters();

    /**
     * What claims are sent and timed with.
     *
     * @param pause gives a random number from 0 to below its argument
     * @param isEmptied whether nothing is left here of a partition
     */
    public record Network(
            Outbox outbox,
            Requests requests,
            Clocks clocks,
            Router router,
            IntUnaryOperator pause,
            IntPredicate isEmptied) {}

    /** Where terms are kept. */
    public interface Disk {
        /** @param told true: no power failure takes it away any more, whatever appendfsync says */
        void save(Kept kept, Consumer<Boolean> told);
    }

    /**
     * What is on the disk of one partition's term.
     *
     * @param formers who served it before, while too few of them have been met; none: this node counts
     */
    public record Kept(int partition, Term term, List<Long> formers) {}

    public Terms(int partitions, long datacenter, List<Kept> recovered, Disk disk, Network network) {
        this.partitions = new @Nullable PartitionTerm[partitions];
        this.datacenter = datacenter;
        this.disk = disk;
        this.network = network;
        for (Kept each : recovered) {
            if (each.partition() < partitions) {
                PartitionTerm term = of(each.partition());
                term.kept = each.term();
                term.durable = each.term();
                term.formers = each.formers();
            }
        }
    }

    public TermCounters counters() {
        return counters;
    }

    Network network() {
        return network;
    }

    private PartitionTerm of(int partition) {
        PartitionTerm known = partitions[partition];
        if (known == null) {
            known = new PartitionTerm(partition);
            partitions[partition] = known;
        }
        return known;
    }

    @Override
    public long datacenter() {
        return datacenter;
    }

    @Override
    public Term kept(int partition) {
        PartitionTerm known = partitions[partition];
        return known == null ? Term.NONE : known.kept;
    }

    @Override
    public Term held(int partition) {
        PartitionTerm known = partitions[partition];
        return known == null ? Term.NONE : known.held;
    }

    @Override
    public boolean counts(int partition) {
        PartitionTerm known = partitions[partition];
        return known == null || known.counts();
    }

    /** Who has not been met yet, though they served the partition before this node; none where it counts. */
    public List<Long> formers(int partition) {
        PartitionTerm known = partitions[partition];
        return known == null ? List.of() : known.formers;
    }

    /** How many partitions this node does not count in as a replica of their own. */
    public int uncounted() {
        int count = 0;
        for (PartitionTerm term : partitions) {
            count += term == null || term.counts() ? 0 : 1;
        }
        return count;
    }

    // --- the disk ---

    @Override
    public void keep(int partition, Term shown, Consumer<Verdict> told) {
        PartitionTerm term = of(partition);
        term.raise(shown);
        saved(term, ok -> told.accept(ok ? Verdict.OK : Verdict.FAILED));
    }

    /** Who is to be met before this node counts as one of the partition's own replicas; none: it does so from now on. */
    public void await(int partition, List<Long> formers, Consumer<Boolean> told) {
        PartitionTerm term = of(partition);
        term.await(formers);
        saved(term, told);
    }

    /** Tells when all that is known of the term by now is on the disk. */
    void saved(PartitionTerm term, Consumer<Boolean> told) {
        if (term.versionOnDisk == term.version) {
            told.accept(true);
            return;
        }
        term.waiters.add(new PartitionTerm.Waiter(term.version, told));
        if (!term.isSaving) {
            save(term);
        }
    }

    private void save(PartitionTerm term) {
        Kept kept = new Kept(term.partition, term.kept, term.formers);
        long version = term.version;
        term.isSaving = true;
        disk.save(kept, ok -> {
            term.isSaving = false;
            if (ok) {
                term.durable = kept.term();
                term.versionOnDisk = version;
            }
            tell(term, ok ? version : Long.MAX_VALUE, ok);
        });
    }

    private void tell(PartitionTerm term, long upTo, boolean ok) {
        List<PartitionTerm.Waiter> done = new ArrayList<>();
        term.waiters.removeIf(waiter -> {
            boolean isDone = waiter.version() <= upTo;
            if (isDone) {
                done.add(waiter);
            }
            return isDone;
        });
        if (!term.waiters.isEmpty()) {
            save(term);
        }
        done.forEach(waiter -> waiter.told().accept(ok));
    }

    // --- claiming ---

    @Override
    public void hold(RecordKey storageKey, Term above, long deadlineNanos, Consumer<Claimed> told) {
        PartitionTerm term = of(storageKey.partition());
        boolean isHeld = !term.held.isNone() && !above.isAbove(term.held);
        if (isAlone(storageKey)) {
            term.raise(above);
            told.accept(holdAlone(term, isHeld) ? Claimed.HELD : Claimed.NOT_NOW);
            return;
        }
        if (isHeld) {
            // It may have come to be held while nobody else had the partition.
            saved(term, ok -> told.accept(ok && !term.held.isNone() ? Claimed.HELD : Claimed.NOT_NOW));
            return;
        }
        term.raise(above);
        ClaimCore claim = term.claim;
        if (claim == null) {
            claim = new ClaimCore(this, term);
            term.claim = claim;
            claim.add(deadlineNanos, told);
            claim.begin();
        } else {
            claim.add(deadlineNanos, told);
        }
    }

    private boolean isAlone(RecordKey storageKey) {
        Route route = network.router().routeOf(storageKey);
        return route.writers().length == 1 && route.self() == 0;
    }

    /**
     * Where nobody else has the partition there is nobody to ask, and nothing to wait for: the term goes into the log ahead of
     * whatever is made under it, and is never lost without that. False: there is no greater number.
     */
    private boolean holdAlone(PartitionTerm term, boolean isHeld) {
        if (!isHeld && term.kept.isLast()) {
            return false;
        }
        if (!isHeld) {
            granted(term, new Term(term.kept.number() + 1, network.router().self()));
            term.held = term.kept;
            counters.won++;
        }
        if (!term.isSaving) {
            saved(term, ok -> {});
        }
        return true;
    }

    /** Another node asks for the partition. */
    public void onClaim(long from, TermMessage.TermClaim claim) {
        RecordKey key = RecordKey.firstOf(claim.partition());
        PartitionTerm term = of(claim.partition());
        Guard guard = claim.guard();
        if (guard.datacenter() != datacenter || !network.router().isReplicaOf(claim.partition())) {
            network.router().redirect(from, key);
            reply(from, claim, Verdict.NOT_MINE, 0);
        } else if (network.router().isOld(guard, key)) {
            network.router().redirect(from, key);
            reply(from, claim, Verdict.OLD_RING, 0);
        } else if (!guard.term().isAbove(term.kept)) {
            saved(term, ok -> reply(from, claim, ok ? Verdict.OLD_TERM : Verdict.FAILED, 0));
        } else {
            long left = leftOfHold(term, guard.term().node());
            if (left > 0) {
                int millis = (int) (left / 1_000_000) + 1;
                saved(term, ok -> reply(from, claim, ok ? Verdict.OLD_TERM : Verdict.FAILED, millis));
            } else {
                grant(from, claim, term);
            }
        }
    }

    /** For how long the holder keeps the partition against this claimer, which may be this node itself. */
    long leftOfHold(PartitionTerm term, long claimer) {
        long holder = term.kept.node();
        boolean isConnected =
                holder == network.router().self() || !network.router().isGone(holder);
        if (!term.isGranted || holder == claimer || !isConnected) {
            return 0;
        }
        return HOLD_NANOS - (network.clocks().nanos() - term.grantedNanos);
    }

    private void grant(long from, TermMessage.TermClaim claim, PartitionTerm term) {
        granted(term, claim.guard().term());
        counters.granted++;
        saved(term, ok -> {
            boolean isNewest = term.kept.equals(claim.guard().term());
            Verdict granted = term.counts() ? Verdict.OK : Verdict.UNCOUNTED;
            reply(from, claim, !ok ? Verdict.FAILED : isNewest ? granted : Verdict.OLD_TERM, 0);
        });
    }

    /** From now on it is the newest. */
    void granted(PartitionTerm term, Term newest) {
        term.raise(newest);
        term.isGranted = true;
        term.grantedNanos = network.clocks().nanos();
    }

    private void reply(long to, TermMessage.TermClaim claim, Verdict verdict, int comeAgainMillis) {
        Term shown = of(claim.partition()).durable;
        network.outbox().send(to, new TermMessage.TermReply(claim.requestId(), verdict, shown, comeAgainMillis));
    }

    // --- transfers ---

    /** Who is told how a fetch went. */
    public interface Fetched {
        /**
         * @param ok whether all terms are kept, on the disk
         * @param uncounted the partitions in which the holder does not count itself
         * @param emptied those of which it has nothing left
         */
        void fetched(boolean ok, Set<Integer> uncounted, Set<Integer> emptied);
    }

    /** Takes the terms that a holder of these partitions knows. */
    public void fetch(long holder, Collection<Integer> wanted, Fetched told) {
        TermFetch.start(this, holder, wanted, told);
    }

    /** Another node is to hold these partitions: it has to know what is known here. */
    public void onTermsRequest(long from, TermMessage.TermsRequest request) {
        int[] asked = Arrays.stream(request.partitions())
                .filter(partition -> partition >= 0 && partition < partitions.length)
                .toArray();
        int[] missing = {1};
        boolean[] failed = {asked.length != request.partitions().length};
        Consumer<Boolean> each = ok -> {
            failed[0] |= !ok;
            if (--missing[0] == 0 && !failed[0]) {
                List<Term> told = new ArrayList<>();
                for (int partition : asked) {
                    told.add(of(partition).durable);
                }
                int[] uncounted = Arrays.stream(asked)
                        .filter(partition -> !counts(partition))
                        .toArray();
                int[] emptied = Arrays.stream(asked).filter(network.isEmptied()).toArray();
                network.outbox().send(from, new TermMessage.TermsReply(request.requestId(), told, uncounted, emptied));
            }
        };
        for (int partition : asked) {
            missing[0]++;
            saved(of(partition), each);
        }
        each.accept(true);
    }
}
