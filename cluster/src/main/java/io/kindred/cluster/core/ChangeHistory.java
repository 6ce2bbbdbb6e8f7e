package io.kindred.cluster.core;

import io.kindred.cluster.membership.CompactedRecords;
import io.kindred.cluster.membership.Departure;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.membership.MembershipView;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.ring.Checkpoint;
import io.kindred.cluster.ring.Ring;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * How change records get to the disk, and when they are dropped for a {@link Checkpoint}.
 *
 * <p>Each node compacts on its own. A beat carries the hash of all records that its sender has on its disk, dropped ones
 * among them. Where all listed members have shown the hash that this node has, all have, or had, the very same records;
 * and as a record's stamp is above all that its author knows, whatever any of them decides from then on comes behind
 * these. So nothing can come to be known any more that would be folded among them, and they may be dropped. Nobody has to
 * be told: the hash stays what it was.
 *
 * <p>Who shows another hash and has a lower checkpoint, or none, is told the checkpoint: a newcomer, or one that was
 * away. It drops what it had up to that stamp. Where that were not the same records (those of a member that was given up,
 * and decided something before it knew) what was not known to the others is void.
 *
 * <p>The rings of a checkpoint are not folded for it: they are kept as they come about, in marks, of which one is taken
 * when enough records are behind it.
 */
final class ChangeHistory {
    private static final long RETRY_NANOS = 1_000_000_000L;

    private final MembershipView view;
    private final RingRouter router;
    private final GossipRounds rounds;
    private final CoreOutput output;
    private final Clocks clocks;
    private final int recordsKept;
    private final int markEvery;
    private final ArrayDeque<Mark> marks = new ArrayDeque<>();
    private Store store = (hash, told) -> {};
    private Checkpoint checkpoint = Checkpoint.NONE;
    private long askedHash;
    private boolean isUnsaved;
    private long failedNanos;
    private long compactions;
    private long dropped;

    /** The rings of all records up to a stamp. */
    private record Mark(long stamp, long hash, SortedMap<String, Ring> rings) {}

    /** Where it is noted which records were remembered. */
    interface Store {
        /** @param told whether this, and what was remembered before it, is durable by now */
        void store(long recordsHash, Consumer<Boolean> told);
    }

    /** @param recordsKept so many of the newest records are never dropped */
    ChangeHistory(MembershipView view, RingRouter router, MemberWatch watch, CoreContext in, int recordsKept) {
        this.view = view;
        this.router = router;
        this.rounds = watch.rounds();
        this.output = in.output();
        this.clocks = in.clocks();
        this.recordsKept = recordsKept;
        this.markEvery = Math.max(1, recordsKept / 2);
    }

    void onStore(Store to) {
        store = to;
    }

    /** Takes what the last life has stored. */
    void restore(Recovered recovered) {
        if (!recovered.checkpoint().records().isNone()) {
            adopt(recovered.checkpoint());
        }
        view.learn(recovered.records());
        askedHash = view.changes().hash();
        view.changes().stored(askedHash);
    }

    Checkpoint checkpoint() {
        return checkpoint;
    }

    /** How often this node has dropped records. */
    long compactions() {
        return compactions;
    }

    /** How many records of this node another one's checkpoint took the place of, which was not of the same records. */
    long dropped() {
        return dropped;
    }

    // --- the disk ---

    /** For the next start; what is told of the records follows when that is durable. */
    void remember(List<Member> members, List<Departure> departures) {
        output.effects()
                .remember(members, departures, checkpoint, view.changes().all());
        long hash = view.changes().hash();
        if (hash == askedHash && !isUnsaved) {
            return;
        }
        askedHash = hash;
        isUnsaved = false;
        store.store(hash, ok -> {
            if (ok) {
                view.changes().stored(hash);
            } else {
                isUnsaved = true;
                failedNanos = clocks.nanos();
            }
        });
    }

    /** Whether it is time to try again what could not be written. */
    boolean isUnsaved() {
        return isUnsaved && clocks.nanos() - failedNanos >= RETRY_NANOS;
    }

    // --- compaction ---

    /** The rings are those of all records now. */
    void folded() {
        Mark last = marks.peekLast();
        long stamp = last == null ? checkpoint.records().stamp() : last.stamp();
        if (view.changes().countAbove(stamp) < markEvery) {
            return;
        }
        marks.add(new Mark(
                view.changes().lastStamp(),
                view.changes().hash(),
                router.datacenters().targets()));
        while (marks.size() > 2 * (recordsKept / markEvery + 2)) {
            // While some member is away the newest that has enough records behind it is all that is needed.
            dropOldest();
        }
    }

    private void dropOldest() {
        Mark oldest = marks.remove();
        Mark next = marks.peek();
        if (next != null && view.changes().countAbove(next.stamp()) < recordsKept) {
            marks.addFirst(oldest);
            marks.removeLast();
        }
    }

    /**
     * Drops the records that all have, if there are enough behind them; true if it did, and the ring is to be folded anew from
     * there.
     *
     * @param allHave whether all that are listed but this node have shown records of such a hash; it is asked where all else is fit
     */
    boolean compact(LongPredicate allHave) {
        if (marks.isEmpty()
                || view.changes().size() <= recordsKept
                || !view.changes().isStored()) {
            return false;
        }
        if (!router.datacenters().isSettled() || !allHave.test(view.changes().hash())) {
            return false;
        }
        Checkpoint next = next();
        if (next == null) {
            return false;
        }
        adopt(next);
        compactions++;
        return true;
    }

    private @Nullable Checkpoint next() {
        Iterator<Mark> newestFirst = marks.descendingIterator();
        while (newestFirst.hasNext()) {
            Mark mark = newestFirst.next();
            if (view.changes().countAbove(mark.stamp()) >= recordsKept) {
                CompactedRecords records = view.changes().upTo(mark.stamp());
                if (records.hash() == mark.hash()) {
                    return new Checkpoint(records, mark.rings());
                }
                // A record was late.
                newestFirst.remove();
            }
        }
        return null;
    }

    /** Another node has told of its checkpoint; true if that counts from now on, and the ring is to be folded anew from there. */
    boolean take(Checkpoint told) {
        CompactedRecords own = checkpoint.records();
        if (!told.isPossible(router.partitions()) || !told.records().isAbove(own.stamp(), own.hash())) {
            return false;
        }
        clocks.observe(told.records().stamp());
        if (!view.changes().isOfTheSame(told.records())) {
            replaceHistory(told);
        }
        adopt(told);
        return true;
    }

    private void replaceHistory(Checkpoint told) {
        int before =
                view.changes().size() - view.changes().countAbove(told.records().stamp());
        if (before > 0) {
            dropped += before;
            output.effects()
                    .warn("the change records that the others have compacted are not those that this node had:"
                            + " of its own " + before + " up to then those count that the others knew");
        }
        marks.clear();
        router.datacenters().forget();
    }

    private void adopt(Checkpoint next) {
        view.changes().compact(next.records());
        checkpoint = next;
        rounds.use(next);
        marks.removeIf(mark -> mark.stamp() <= next.records().stamp());
    }
}
