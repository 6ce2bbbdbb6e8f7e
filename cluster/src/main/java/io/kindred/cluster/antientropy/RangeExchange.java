package io.kindred.cluster.antientropy;

import io.kindred.cluster.message.ExchangeMessage;
import io.kindred.cluster.message.ExchangeMessage.BucketKeysReply.Covered;
import io.kindred.cluster.message.ExchangeMessage.BucketKeysReply.Found;
import io.kindred.cluster.message.ExchangeMessage.BucketKeysReply.Seen;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Range;
import io.kindred.cluster.message.Range.End;
import io.kindred.cluster.message.Record;
import io.kindred.cluster.message.SizeLimits;
import io.kindred.cluster.quorum.Request;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.SplitVersions;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes ranges equal at two nodes, page by page: reads a page here, sends its digests, is told which keys differ and what
 * the other has seen of them, sends what the other lacks and takes what is lacking here. A container that one side has
 * seen all of goes one way only. Who only gives a partition away is sent nothing of it.
 *
 * <p>Trees say nothing of records that have one hash, as a key's elements have, and there may be millions of them. Where a
 * page is not enough for one hash, what there is of it is first summed up in chunks, and only the buckets that differ in a
 * chunk are gone through page by page.
 */
final class RangeExchange extends Request {
    /** So many pieces' records of one hash are summed up for one question. */
    static final int PIECES_A_SUM = 64;

    private final ExchangeParts parts;
    private final long peer;
    private final ExchangeTally tally;
    private final Pace pace;
    private final Consumer<@Nullable String> done;

    /** What is left to do, from the page under way on. */
    private List<Range> rest = List.of();
    /** What the page is about. */
    private List<Range> page = List.of();

    private boolean ended;
    private boolean blind;
    /** The first of what is left has been compared by sums, and differs. */
    private boolean isSummed;
    /** What is summed up, of the first of what is left. */
    private @Nullable Range chunk;

    private Set<Integer> distrusted = Set.of();
    /** Keys of the page whose record here is to be replaced. Looked up, never iterated over. */
    private final Set<RecordKey> replaced = new HashSet<>();
    /** What this node has of the page. Looked up, never iterated over. */
    private final Map<RecordKey, TreeReader.Entry> own = new HashMap<>();

    private List<TreeReader.Entry> ownInOrder = List.of();
    private final ArrayDeque<TreeReader.Entry> toSend = new ArrayDeque<>();
    /** Keys, and what the other has seen of each at least. */
    private final ArrayDeque<Seen> toTake = new ArrayDeque<>();
    /** Asked for in the message under way. */
    private final List<Seen> asked = new ArrayList<>();

    /** Runs the next piece of work, at once or a little later. */
    interface Pace {
        void next(Runnable work);
    }

    /** @param done is told null at the end of the ranges, or why it was not reached */
    RangeExchange(ExchangeParts parts, long peer, ExchangeTally tally, Pace pace, Consumer<@Nullable String> done) {
        this.parts = parts;
        this.peer = peer;
        this.tally = tally;
        this.pace = pace;
        this.done = done;
    }

    /**
     * @param ranges at least one
     * @param distrust partitions whose records here may not be what was written: where both have seen the same, theirs
     *     counts
     */
    void run(List<Range> ranges, Set<Integer> distrust) {
        rest = ranges;
        distrusted = distrust;
        readPage();
    }

    /**
     * Takes all that the other has of the ranges, where not all of what is here can be read. What is damaged shows when
     * it is to be joined, and goes to the {@link KeyMender} then.
     */
    void runBlind(List<Range> ranges) {
        rest = ranges;
        blind = true;
        readPage();
    }

    private void readPage() {
        List<Range> tried = rest.subList(0, Math.min(isSummed ? 1 : tally.rangesAPage, rest.size()));
        if (blind) {
            Covered all = new Covered(tried.size(), tried.get(tried.size() - 1).end());
            ask(tried, new TreeReader.Page(Verdict.OK, List.of(), all, 0));
            return;
        }
        parts.reader().read(tried, parts.pieceKeys(), read -> {
            if (ended) {
                return;
            }
            if (read.verdict() == Verdict.DAMAGED) {
                tried.forEach(range -> parts.trees().suspect(range.partition()));
            }
            if (!read.isRead()) {
                end("its own records cannot be read");
            } else if (!isSummed && read.isInsideHash()) {
                sumUp(tried.get(0), read.entries().get(0).key().hash());
            } else {
                ask(tried, read);
            }
        });
    }

    private void sumUp(Range range, long hash) {
        Range ofHash = range.last() == hash ? range : range.upTo(new End(hash, null));
        long recordsMax = (long) PIECES_A_SUM * parts.pieceKeys();
        parts.reader().sum(ofHash, parts.pieceKeys(), recordsMax, found -> {
            if (ended) {
                return;
            }
            if (found.verdict() != Verdict.OK) {
                if (found.verdict() == Verdict.DAMAGED) {
                    parts.trees().suspect(range.partition());
                }
                end("its own records cannot be read");
                return;
            }
            tally.keysCompared += found.records();
            Range summed = ofHash.upTo(found.end());
            chunk = summed;
            parts.requests().open(this, parts.clocks().nanos());
            parts.send(
                    peer,
                    new ExchangeMessage.BucketSums(id, summed, found.sums()),
                    10 + ExchangeParts.sizeBytes(summed) + (long) Long.BYTES * Range.BUCKETS);
        });
    }

    private void takeSums(Range summed, ExchangeMessage.BucketSumsReply reply) {
        if (reply.verdict() != Verdict.OK) {
            tally.isUnreadableThere = reply.verdict() == Verdict.DAMAGED;
            end("it answers " + reply.verdict());
            return;
        }
        Range whole = rest.get(0);
        List<Range> left = new ArrayList<>();
        isSummed = reply.differing() != 0;
        if (isSummed) {
            left.add(summed.inBuckets(reply.differing()));
        }
        if (!summed.end().equals(whole.end())) {
            left.add(whole.behind(summed.end()));
        }
        left.addAll(rest.subList(1, rest.size()));
        goOn(left);
    }

    private void goOn(List<Range> left) {
        rest = left;
        if (rest.isEmpty()) {
            end(null);
        } else {
            pace.next(this::readPage);
        }
    }

    private void ask(List<Range> tried, TreeReader.Page read) {
        own.clear();
        replaced.clear();
        ownInOrder = read.entries();
        ownInOrder.forEach(entry -> own.put(entry.key(), entry));
        page = cut(tried, read.covered());
        tally.keysCompared += ownInOrder.size();
        long[] digests = read.digests();
        parts.requests().open(this, parts.clocks().nanos());
        parts.send(
                peer,
                new ExchangeMessage.BucketKeys(id, page, digests),
                10 + page.stream().mapToLong(ExchangeParts::sizeBytes).sum() + (long) Long.BYTES * digests.length);
    }

    private static List<Range> cut(List<Range> ranges, Covered covered) {
        List<Range> cut = new ArrayList<>(ranges.subList(0, covered.ranges()));
        int last = cut.size() - 1;
        cut.set(last, cut.get(last).upTo(covered.end()));
        return List.copyOf(cut);
    }

    @Override
    public void onBucketKeysReply(long from, ExchangeMessage.BucketKeysReply reply) {
        if (isAwaited(from)) {
            parts.requests().close(this);
            takeDifference(reply);
        }
    }

    @Override
    public void onExchangeObjectsReply(long from, ExchangeMessage.ExchangeObjectsReply reply) {
        if (isAwaited(from)) {
            parts.requests().close(this);
            takeObjects(reply);
        }
    }

    @Override
    public void onBucketSumsReply(long from, ExchangeMessage.BucketSumsReply reply) {
        Range summed = chunk;
        if (isAwaited(from) && summed != null) {
            chunk = null;
            parts.requests().close(this);
            takeSums(summed, reply);
        }
    }

    private boolean isAwaited(long from) {
        return from == peer && !ended;
    }

    private void takeDifference(ExchangeMessage.BucketKeysReply reply) {
        if (reply.verdict() != Verdict.OK) {
            tally.isUnreadableThere = reply.verdict() == Verdict.DAMAGED;
            end("it answers " + reply.verdict());
            return;
        }
        Found found = reply.found();
        if (!isProgress(reply.covered()) || found.size() > ExchangeService.PAGE_KEYS_MAX) {
            end("it makes no progress");
            return;
        }
        page = cut(page, reply.covered());
        Joins joins = new Joins();
        if (!found.seen().stream().allMatch(seen -> isOfPage(seen.key()))
                || !found.records().stream().allMatch(each -> isOfPage(each.key()))) {
            end("it names a key of another range");
            return;
        }
        for (Seen seen : found.seen()) {
            if (sort(seen.key(), seen.clock())) {
                toTake.add(seen);
            }
        }
        for (Record each : found.records()) {
            Seen seen = new Seen(each.key(), each.versions().clock());
            if (sort(seen.key(), seen.clock())) {
                take(seen, each.versions(), joins);
            }
        }
        long[] missing = reply.missing().clone();
        Arrays.sort(missing);
        for (TreeReader.Entry entry : ownInOrder) {
            boolean lacks = Arrays.binarySearch(missing, entry.digest()) >= 0;
            // Those that the other has in another state have been sorted above.
            if (lacks && isOfPage(entry.key()) && own.containsKey(entry.key())) {
                give(entry);
            }
        }
        if (joins.missing > 1) {
            joins.done(Verdict.OK);
        } else {
            moveObjects();
        }
    }

    private boolean isProgress(Covered covered) {
        if (covered.ranges() < 1 || covered.ranges() > page.size()) {
            return false;
        }
        Range last = page.get(covered.ranges() - 1);
        RecordKey key = covered.end().key();
        return last.mayEndAt(covered.end())
                && (key == null
                        || (parts.isOf(last, key) && key.hash() == covered.end().hash()));
    }

    private boolean isOfPage(RecordKey key) {
        if (!parts.keeps(key)) {
            return false;
        }
        return page.stream().anyMatch(range -> parts.isOf(range, key) && range.contains(key));
    }

    /** Which way a key goes that both have, or that only the other has; true: it comes here. */
    private boolean sort(RecordKey key, VersionVector theirs) {
        TreeReader.Entry mine = own.remove(key);
        if (mine == null) {
            return true;
        }
        boolean mineKnowsAll = mine.clock().descends(theirs);
        boolean theirsKnowsAll = theirs.descends(mine.clock());
        if (mineKnowsAll && theirsKnowsAll && distrusted.contains(key.partition())) {
            replaced.add(key);
            return true;
        }
        if (!theirsKnowsAll || mineKnowsAll) {
            give(mine);
        }
        return !mineKnowsAll || theirsKnowsAll;
    }

    private void take(Seen wanted, Versions versions, Joins joins) {
        RecordKey key = wanted.key();
        if (!versions.clock().descends(wanted.clock())) {
            // It is too large for one answer, or has changed: a session to come will see whether there is more.
            tally.incomplete.add(key.partition());
        }
        joins.missing++;
        tally.keysTaken++;
        if (replaced.contains(key)) {
            parts.replace(key, versions, joins::done);
        } else {
            parts.join(key, versions, joins::done);
        }
    }

    /** What has outgrown a message is sent in parts, each acknowledged by itself. */
    private void give(TreeReader.Entry entry) {
        int partition = entry.key().partition();
        if (!ExchangeCore.contains(parts.partitions().everywhere(partition), peer)) {
            tally.oneWay.add(partition);
            return;
        }
        List<Versions> split = SplitVersions.of(entry.versions(), SizeLimits.PART_BYTES_MAX);
        parts.counters().keysInParts += split.size() > 1 ? 1 : 0;
        for (Versions part : split) {
            toSend.add(new TreeReader.Entry(entry.key(), part, entry.digest()));
        }
    }

    private void moveObjects() {
        if (toSend.isEmpty() && toTake.isEmpty()) {
            endPage();
            return;
        }
        asked.clear();
        int keysMax = parts.pieceKeys();
        while (asked.size() < keysMax && !toTake.isEmpty()) {
            asked.add(toTake.remove());
        }
        List<Record> records = new ArrayList<>();
        long bytes =
                20 + asked.stream().mapToLong(wanted -> wanted.key().length()).sum();
        while (records.size() < keysMax && bytes < ExchangeService.BATCH_BYTES_MAX && !toSend.isEmpty()) {
            // As it was when the page was read: what has been written since finds its own way.
            TreeReader.Entry entry = toSend.remove();
            records.add(entry.asRecord());
            bytes += ExchangeParts.sizeBytes(entry.key(), entry.versions());
        }
        tally.keysSent += records.size();
        parts.counters().keysRepaired += records.size();
        parts.requests().open(this, parts.clocks().nanos());
        parts.send(
                peer,
                new ExchangeMessage.ExchangeObjects(
                        id, records, asked.stream().map(Seen::key).toList()),
                bytes);
    }

    private void takeObjects(ExchangeMessage.ExchangeObjectsReply reply) {
        int answered = reply.records().size();
        boolean isPatchy = reply.verdict() == Verdict.UNREADABLE;
        if (!(reply.verdict() == Verdict.OK || isPatchy) || answered > asked.size()) {
            end("it answers " + reply.verdict());
            return;
        }
        if (isPatchy) {
            unreadable();
        } else if (answered == 0 && !asked.isEmpty()) {
            end("it does not send what it has");
            return;
        }
        Joins joins = new Joins();
        int at = 0;
        for (int i = 0; i < answered; i++) {
            RecordKey key = reply.records().get(i).key();
            while (isPatchy && at < asked.size() && !isAsked(at, key)) {
                at++;
            }
            // What was asked for is answered in its order.
            if (at == asked.size() || !isAsked(at, key)) {
                end("it sends what was not asked for");
                return;
            }
            take(asked.get(at++), reply.records().get(i).versions(), joins);
        }
        int left = isPatchy && answered == 0 ? asked.size() : at;
        for (int i = asked.size() - 1; i >= left; i--) {
            toTake.addFirst(asked.get(i));
        }
        joins.done(Verdict.OK);
    }

    private boolean isAsked(int at, RecordKey key) {
        return key.equals(asked.get(at).key());
    }

    /** Some record of this page cannot be read, here or there: the others are made equal all the same. */
    private void unreadable() {
        page.forEach(range -> tally.incomplete.add(range.partition()));
    }

    /** The joins of one message; goes on when all of them are durable. */
    private final class Joins {
        /** One more than there are, until all have begun. */
        int missing = 1;

        private Verdict worst = Verdict.OK;

        void done(Verdict verdict) {
            if (verdict == Verdict.UNREADABLE) {
                unreadable();
            } else {
                worst = verdict == Verdict.OK ? worst : verdict;
            }
            if (--missing > 0 || ended) {
                return;
            }
            if (worst != Verdict.OK && !blind) {
                end("what it sent cannot be stored: " + worst);
            } else {
                pace.next(RangeExchange.this::moveObjects);
            }
        }
    }

    private void endPage() {
        int pages = page.size();
        End coveredTo = page.get(pages - 1).end();
        Range last = rest.get(pages - 1);
        boolean isWhole = coveredTo.equals(last.end());
        isSummed &= !isWhole;
        boolean hadRoom = isWhole && pages == Math.min(tally.rangesAPage, rest.size());
        tally.rangesAPage = hadRoom ? Math.min(ExchangeService.RANGES_MAX, 2 * tally.rangesAPage) : pages;
        List<Range> left = new ArrayList<>();
        if (!isWhole) {
            left.add(last.behind(coveredTo));
        }
        left.addAll(rest.subList(pages, rest.size()));
        goOn(left);
    }

    private void end(@Nullable String why) {
        if (!ended) {
            ended = true;
            parts.requests().close(this);
            done.accept(why);
        }
    }

    /** Stops; nobody is told. */
    void abandon() {
        ended = true;
        parts.requests().close(this);
    }

    @Override
    protected void onPeerLost(long lost) {
        if (lost == peer) {
            end("its connection is lost");
        }
    }

    @Override
    protected void onDeadline() {
        end("it does not answer");
    }
}
