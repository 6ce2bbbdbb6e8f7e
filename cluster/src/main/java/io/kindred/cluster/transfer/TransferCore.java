package io.kindred.cluster.transfer;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * How this node comes to hold what the ring gives it, and gives up what the ring takes from it.
 *
 * <ul>
 *   <li><em>Fetching:</em> once every live member knows the same change records, and requests that began before that are
 *       over, no write of the partition passes this node by any more. It then exchanges the partition with each live
 *       holder, and holds it.
 *   <li><em>Meeting:</em> where it could not exchange the partition with enough of those who held it to have met every
 *       acknowledged write, it holds it and does not count as one of its own replicas, until it has, or those are cast out,
 *       or no member but those who own or hold it has anything left of it, and this node has met all of these.
 *   <li><em>Releasing:</em> once all replicas by the same records tell that they hold it, this node stops serving it,
 *       durably.
 *   <li><em>Parting:</em> then it exchanges the partition with each of those replicas, so that nothing stays behind that
 *       only this node has; waits until no power failure can take that from them; and deletes its records. So does a node
 *       that never held the partition, and took writes of it while a change that was overtaken would have had it own it.
 * </ul>
 *
 * <p>All of it can be interrupted at any point: the bitmaps of {@link OwnPartitions} say what is left to do, and what an
 * exchange has brought needs not be brought again.
 */
public final class TransferCore {
    private static final long INTERVAL_NANOS = 100_000_000L;
    /** What this node holds or gives up is told to all, who follow it: while there is more to come, not more often. */
    private static final long TELL_INTERVAL_NANOS = 250_000_000L;

    private static final int MEETINGS = 1 << 16;
    private static final long BACKOFF_NANOS = 500_000_000L;
    /** What an exchange has brought elsewhere is on the disk there by then, even under {@code appendfsync everysec}. */
    private static final long DURABLE_AFTER_NANOS = 3_000_000_000L;

    private final TransferCluster in;
    private final OwnPartitions own;
    private final TransferWork work;
    private final long requestNanos;
    /** Partitions that this node owns and does not hold, with whom each has been exchanged. */
    private final TreeMap<Integer, Partners> fetching = new TreeMap<>();
    /** Partitions of which there are records here for others, with whom each has been exchanged. */
    private final TreeMap<Integer, Partners> parting = new TreeMap<>();
    /** Parted with all of their owners, and since when. */
    private final TreeMap<Integer, Long> parted = new TreeMap<>();
    /** Partitions that this node holds and does not own. */
    private final TreeSet<Integer> foreign = new TreeSet<>();
    /** Partitions that this node holds and does not count in, with whom each has been exchanged. */
    private final TreeMap<Integer, Partners> meeting = new TreeMap<>();
    /** What is known of those whom nobody can meet any more. */
    private final FormerOwners formers = new FormerOwners();

    private final PartitionSources sources;
    private final TransferStall stall;
    /** In an exchange. */
    private final TreeSet<Integer> busy = new TreeSet<>();
    /** When a peer may be asked again; absent: now. */
    private final TreeMap<Long, Long> notBefore = new TreeMap<>();

    /** When a peer that did not count itself, or was met in vain, may be met again; all else with it goes on. */
    private final TreeMap<Long, Long> notMetBefore = new TreeMap<>();

    private final TreeSet<Long> asked = new TreeSet<>();
    private final ExchangeChunks chunks = new ExchangeChunks();

    /** Counts the turns of {@link #meet}. */
    private int meetings;

    private boolean deleting;
    private boolean saving;
    private boolean agrees;
    private long agreedSinceNanos;
    private long nextNanos;
    private long nextHoldNanos;
    private long nextReleaseNanos;
    private long fetched;

    /** @param requestNanos how long a request lives at most */
    public TransferCore(TransferCluster in, OwnPartitions own, TransferWork work, long requestNanos) {
        this.in = in;
        this.own = own;
        this.work = work;
        this.requestNanos = requestNanos;
        this.sources = new PartitionSources(in, own, formers);
        this.stall = new TransferStall(in, own, sources, work::note);
    }

    // --- what there is to do ---

    /** Something about these partitions has changed. */
    public void follow(BitSet touched) {
        long now = in.clocks().nanos();
        if (foreign.isEmpty()) {
            nextReleaseNanos = now;
        }
        List<Integer> begun = new ArrayList<>();
        List<Integer> passing = new ArrayList<>();
        for (int partition = touched.nextSetBit(0); partition >= 0; partition = touched.nextSetBit(partition + 1)) {
            boolean isOwner =
                    PartitionSources.contains(in.serving().of(partition).target(), in.self());
            formers.forget(partition);
            if (isOwner && !own.holds(partition)) {
                if (!fetching.containsKey(partition)) {
                    fetching.put(partition, new Partners());
                    begun.add(partition);
                }
            } else {
                fetching.remove(partition);
            }
            if (own.holds(partition) && !in.formers(partition).isEmpty()) {
                meeting.computeIfAbsent(partition, p -> new Partners());
            }
            if (!isOwner && own.holds(partition)) {
                foreign.add(partition);
            } else {
                foreign.remove(partition);
            }
            boolean isPassing = !isOwner && !own.holds(partition) && sources.takesWrites(partition);
            if (isPassing) {
                passing.add(partition);
            }
            boolean isLeftOver = !isOwner && !own.holds(partition) && own.mayHaveRecords(partition);
            if (!(isPassing || isLeftOver) || in.isForgotten()) {
                parting.remove(partition);
                parted.remove(partition);
            } else if (isPassing || !parting.containsKey(partition)) {
                // More may come, whomever it was exchanged with.
                parting.put(partition, new Partners());
                parted.remove(partition);
            }
        }
        own.expect(begun);
        own.expect(passing);
        if (!begun.isEmpty()) {
            agrees = false;
            nextHoldNanos = now;
        }
        nextNanos = Math.min(nextNanos, now);
    }

    /** Other processes may have acted in this node's name: whomever it has exchanged something with is asked once more. */
    public void beginAnew() {
        formers.forgetAll();
        fetching.replaceAll((partition, with) -> new Partners());
        meeting.replaceAll((partition, with) -> new Partners());
        agrees = false;
        nextNanos = Math.min(nextNanos, in.clocks().nanos());
    }

    public boolean isIdle() {
        return fetching.isEmpty() && parting.isEmpty() && foreign.isEmpty() && meeting.isEmpty() && !mustJoin();
    }

    /** Partitions that are owned here and not held yet. */
    public int fetchingCount() {
        return fetching.size();
    }

    /** Whether there are records here that are not, or not yet, those of an owner who holds all of them. */
    public boolean isOwing() {
        return !fetching.isEmpty() || !parting.isEmpty() || !foreign.isEmpty();
    }

    /** Partitions that are not owned here any more, and of which there still are records. */
    public int partingCount() {
        return parting.size();
    }

    /** Partitions that have come to be held since the start. */
    public long fetched() {
        return fetched;
    }

    /** A node whose share is no partition at all has joined as well. */
    private boolean mustJoin() {
        return !own.hasJoined() && fetching.isEmpty() && in.isInRing(in.self());
    }

    public long nextTickNanos() {
        return isIdle() && !own.isDoubted() ? Long.MAX_VALUE : nextNanos;
    }

    public void onTick() {
        long now = in.clocks().nanos();
        if (now - nextNanos < 0) {
            return;
        }
        nextNanos = now + INTERVAL_NANOS;
        own.saveAgain(this::saved);
        if (!fetching.isEmpty() && haveAgreed(now)) {
            fetch(now);
        }
        if (mustJoin()) {
            hold(List.of());
        }
        meet(now);
        release(now);
        part(now);
        stall.note(now, new TransferStall.Left(fetching, parting.keySet(), foreign, asked, notBefore.keySet()));
        if (own.isDoubted() && isIdle() && own.hasJoined()) {
            own.trust();
            work.note("has fetched what it lacked");
        }
    }

    // --- fetching ---

    /** Whether all live members have known these records for as long as a request lives. */
    private boolean haveAgreed(long now) {
        boolean all = true;
        for (long member : in.liveMembers()) {
            all &= member == in.self() || in.confirms(member);
        }
        if (!all) {
            agrees = false;
        } else if (!agrees) {
            agrees = true;
            agreedSinceNanos = now;
        }
        boolean alone = in.members().size() <= 1;
        return agrees && (alone || now - agreedSinceNanos >= requestNanos);
    }

    private void fetch(long now) {
        List<Integer> whole = new ArrayList<>();
        TreeMap<Long, List<Integer>> wanted = new TreeMap<>();
        fetching.forEach((partition, with) -> {
            if (busy.contains(partition)) {
                return;
            }
            List<Long> holders = sources.holders(partition);
            List<Long> left = own.isDoubted() ? sources.withOwners(partition, holders) : new ArrayList<>(holders);
            left.removeIf(holder -> with.has(holder) || in.isGone(holder));
            if (work.isPurging(partition)) {
                // What is here of it may be older than what the others have settled.
                return;
            }
            if (!left.isEmpty()) {
                long next = left.get(partition % left.size());
                wanted.computeIfAbsent(next, id -> new ArrayList<>()).add(partition);
            } else if (sources.isEnough(partition, holders, with.all())) {
                whole.add(partition);
            }
        });
        if (whole.size() == fetching.size() || now - nextHoldNanos >= 0) {
            countThenHold(whole);
        }
        wanted.forEach((peer, list) -> ask(peer, list, fetching, now));
    }

    /** Those that have not met enough of who held them are marked first, so that a start between the two finds the mark. */
    private void countThenHold(List<Integer> whole) {
        int[] missing = {1};
        boolean[] failed = {false};
        Consumer<Boolean> each = ok -> {
            failed[0] |= !ok;
            if (--missing[0] == 0 && !failed[0]) {
                whole.removeIf(partition -> !fetching.containsKey(partition));
                hold(whole);
            }
        };
        if ((whole.isEmpty() && !mustJoin()) || saving) {
            return;
        }
        for (int partition : whole) {
            Partners with = fetching.getOrDefault(partition, new Partners());
            List<Long> serving = sources.servingNow(partition);
            List<Long> formers = sources.hasMetEnough(partition, serving, with.counting()) ? List.of() : serving;
            if (!formers.equals(in.formers(partition))) {
                missing[0]++;
                work.await(partition, formers, each);
            }
            if (!formers.isEmpty()) {
                meeting.put(partition, with);
            }
        }
        each.accept(true);
    }

    /** Goes on with those that do not count yet. */
    private void meet(long now) {
        TreeMap<Long, List<Integer>> wanted = new TreeMap<>();
        TreeMap<Long, List<Integer>> wantedLast = new TreeMap<>();
        meeting.entrySet().removeIf(entry -> !own.holds(entry.getKey()) && !fetching.containsKey(entry.getKey()));
        for (var entry : List.copyOf(meeting.entrySet())) {
            int partition = entry.getKey();
            if (!own.holds(partition) || busy.contains(partition)) {
                continue;
            }
            boolean hasNoFormers = sources.haveNothing(partition, in.formers(partition));
            boolean isLast = hasNoFormers && sources.haveNothing(partition, in.nearMembers());
            Partners last = formers.lastMeeting(partition, isLast);
            boolean hasMetAll =
                    isLast && last.all().containsAll(sources.withOwners(partition, sources.holders(partition)));
            if (hasMetAll
                    || sources.hasMetEnough(
                            partition, in.formers(partition), entry.getValue().counting())) {
                meeting.remove(partition);
                formers.forget(partition);
                work.await(partition, List.of(), ok -> {});
                continue;
            }
            List<Long> left = isLast
                    ? sources.withOwners(partition, sources.holders(partition))
                    : sources.holdersAndFormers(partition);
            if (hasNoFormers && !isLast) {
                in.nearMembers().stream()
                        .filter(member -> !left.contains(member) && !sources.haveNothing(partition, List.of(member)))
                        .forEach(left::add);
            }
            Set<Long> met = isLast ? last.all() : entry.getValue().counting();
            left.removeIf(
                    each -> met.contains(each) || in.isGone(each) || now - notMetBefore.getOrDefault(each, now) < 0);
            if (!left.isEmpty()) {
                // In turn, for some may not count for a long time.
                long next = left.get((partition + meetings) % left.size());
                (isLast ? wantedLast : wanted)
                        .computeIfAbsent(next, id -> new ArrayList<>())
                        .add(partition);
            }
        }
        meetings = (meetings + 1) % MEETINGS;
        wantedLast.forEach((peer, list) -> ask(peer, list, formers.lastMeetings(), now));
        wanted.forEach((peer, list) -> ask(peer, list, meeting, now));
    }

    private void hold(List<Integer> whole) {
        if ((whole.isEmpty() && !mustJoin()) || saving) {
            return;
        }
        saving = true;
        nextHoldNanos = in.clocks().nanos() + TELL_INTERVAL_NANOS;
        boolean joins = !own.hasJoined() && whole.size() == fetching.size();
        own.hold(whole, joins, ok -> {
            if (ok) {
                fetched += whole.size();
                whole.forEach(fetching::remove);
                if (fetching.isEmpty() && !whole.isEmpty()) {
                    work.note("holds all partitions that it owns");
                }
            }
            saved(ok);
        });
    }

    private void saved(boolean ok) {
        saving = false;
        if (ok) {
            work.changed();
        }
    }

    // --- releasing ---

    private void release(long now) {
        List<Integer> free = new ArrayList<>();
        for (int partition : foreign) {
            if (in.isForgotten() || sources.isHeldByAll(partition)) {
                free.add(partition);
            }
        }
        boolean isTime = free.size() == foreign.size() || now - nextReleaseNanos >= 0;
        if (!free.isEmpty() && isTime && !saving) {
            saving = true;
            nextReleaseNanos = now + TELL_INTERVAL_NANOS;
            own.release(free, this::saved);
            free.forEach(foreign::remove);
        }
    }

    // --- parting ---

    private void part(long now) {
        TreeMap<Long, List<Integer>> wanted = new TreeMap<>();
        parting.forEach((partition, with) -> {
            long[] target = in.serving().of(partition).target();
            if (busy.contains(partition) || sources.takesWrites(partition) || !sources.isHeldByAll(partition)) {
                return;
            }
            long next = 0;
            for (long owner : target) {
                next = next == 0 && !with.has(owner) ? owner : next;
            }
            if (next == 0) {
                parted.putIfAbsent(partition, now);
            } else if (!in.isGone(next)) {
                parted.remove(partition);
                wanted.computeIfAbsent(next, id -> new ArrayList<>()).add(partition);
            }
        });
        wanted.forEach((peer, list) -> ask(peer, list, parting, now));
        deleteNext(now);
    }

    private void deleteNext(long now) {
        if (deleting) {
            return;
        }
        for (var entry : parted.entrySet()) {
            int partition = entry.getKey();
            if (now - entry.getValue() >= DURABLE_AFTER_NANOS && sources.isHeldByAll(partition)) {
                deleting = true;
                work.delete(partition, gone -> deleted(partition, gone));
                return;
            }
        }
    }

    private void deleted(int partition, boolean gone) {
        deleting = false;
        if (!gone || !parted.containsKey(partition)) {
            return;
        }
        own.gone(partition);
        if (!in.formers(partition).isEmpty()) {
            // Whom it had to meet is of no account any more.
            work.await(partition, List.of(), ok -> {});
        }
        parting.remove(partition);
        parted.remove(partition);
        if (parting.isEmpty()) {
            work.note("has nothing left of what others own now");
        }
        work.emptied(partition);
        deleteNext(in.clocks().nanos());
    }

    // --- exchanges ---

    private void ask(long peer, List<Integer> list, TreeMap<Integer, Partners> told, long now) {
        Long earliest = notBefore.get(peer);
        if (asked.contains(peer) || (earliest != null && now - earliest < 0)) {
            return;
        }
        List<Integer> chunk = chunks.next(peer, list);
        // Where the work has begun anew meanwhile, the exchange was before that, and does not count.
        Map<Integer, Partners> since = new HashMap<>();
        chunk.forEach(partition -> since.put(partition, told.get(partition)));
        Map<Integer, Partners> met = new HashMap<>();
        if (told == formers.lastMeetings()) {
            chunk.forEach(partition -> met.put(partition, meeting.get(partition)));
        }
        asked.add(peer);
        busy.addAll(chunk);
        work.exchange(peer, chunk, told != parting, (equal, uncounted, emptied) -> {
            asked.remove(peer);
            formers.emptied(peer, emptied);
            chunk.forEach(busy::remove);
            for (int partition : equal) {
                Partners with = since.get(partition);
                if (with != null) {
                    with.add(peer, !uncounted.contains(partition));
                }
                Partners before = met.get(partition);
                if (before != null) {
                    before.add(peer, !uncounted.contains(partition));
                }
            }
            chunks.ended(peer, chunk, equal);
            long then = in.clocks().nanos();
            boolean isMeetingInVain = equal.isEmpty() && (told == meeting || told == formers.lastMeetings());
            if (!uncounted.isEmpty() || isMeetingInVain) {
                notMetBefore.put(peer, then + BACKOFF_NANOS);
            }
            if (isMeetingInVain) {
                // It may have nothing left to be met for; what else there is to do with it goes on.
                return;
            }
            if (equal.isEmpty()) {
                notBefore.put(peer, then + BACKOFF_NANOS);
            } else {
                notBefore.remove(peer);
                // The next ones at once.
                nextNanos = Math.min(nextNanos, then);
            }
        });
    }
}
