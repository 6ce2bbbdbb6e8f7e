package io.kindred.cluster.antientropy;

import io.kindred.cluster.message.ExchangeMessage.BucketKeysReply.Covered;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Range;
import io.kindred.cluster.message.Range.End;
import io.kindred.cluster.message.Record;
import io.kindred.cluster.quorum.FlushStamps;
import io.kindred.cluster.ring.Keyspace;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.CorruptRecordException;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import io.kindred.cluster.version.VersionsDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Reads what this node has of some ranges, page by page. */
final class TreeReader {
    private final RecordRange range;
    private final TreeLayout lanes;
    private final FlushStamps flushStamps;

    private final ReapMarks marks;

    private final ExchangeCore.Repairs repairs;

    TreeReader(
            RecordRange range,
            TreeLayout lanes,
            FlushStamps flushStamps,
            ReapMarks marks,
            ExchangeCore.Repairs repairs) {
        this.repairs = repairs;
        this.marks = marks;
        this.range = range;
        this.lanes = lanes;
        this.flushStamps = flushStamps;
    }

    /** A key that is there, as it was then; without what a flush has hidden. */
    record Entry(RecordKey key, Versions versions, long digest) {
        Record asRecord() {
            return new Record(key, versions);
        }

        VersionVector clock() {
            return versions.clock();
        }
    }

    /**
     * All there is of a part of some ranges.
     *
     * @param sizeBytes about that many bytes a message takes that has all of it
     */
    record Page(Verdict verdict, List<Entry> entries, Covered covered, long sizeBytes) {
        /** Nothing: the records cannot be read, or are damaged. */
        static Page unread(Verdict why) {
            return new Page(why, List.of(), Covered.NOTHING, 0);
        }

        boolean isRead() {
            return verdict == Verdict.OK;
        }

        /** Whether there is more of one hash than a page has room for, and nothing else in it. */
        boolean isInsideHash() {
            return covered.ranges() == 1
                    && covered.end().key() != null
                    && !entries.isEmpty()
                    && entries.get(0).key().hash() == covered.end().hash();
        }

        long[] digests() {
            return entries.stream().mapToLong(Entry::digest).sorted().toArray();
        }
    }

    /** One step of the engine, up to and with {@code end}. */
    private record Step(Verdict verdict, List<Entry> entries, End end) {
        static Step unread(Verdict why) {
            return new Step(why, List.of(), Covered.NOTHING.end());
        }
    }

    /**
     * What there is of a part of a range, summed up.
     *
     * @param sums the records' digests, by {@link Range#bucket}
     * @param end of the part
     */
    record Sums(Verdict verdict, long[] sums, long records, End end) {}

    /**
     * Reads the ranges, of which there is at least one, in their order, until there is enough for a page: it has at most {@code limit} entries, and
     * no range after those is begun where it has half of them, or more bytes than a message should.
     *
     * @param done takes a page with something in it, or one that is the last, or one that says why there is none
     */
    void read(List<Range> ranges, int limit, Consumer<Page> done) {
        new Reading(ranges, limit, done).next();
    }

    private final class Reading {
        private final List<Range> ranges;
        private final int limit;
        private final Consumer<Page> done;
        private final List<Entry> entries = new ArrayList<>();
        private int at;
        private long sizeBytes;

        Reading(List<Range> ranges, int limit, Consumer<Page> done) {
            this.ranges = ranges;
            this.limit = limit;
            this.done = done;
        }

        void next() {
            if (at == ranges.size() || isEnough()) {
                done.accept(new Page(
                        Verdict.OK, entries, new Covered(at, ranges.get(at - 1).end()), sizeBytes));
            } else {
                read(ranges.get(at));
            }
        }

        private boolean isEnough() {
            return entries.size() > limit / 2 || sizeBytes >= ExchangeService.BATCH_BYTES_MAX;
        }

        private void read(Range range) {
            TreeReader.this.read(range, limit - entries.size(), step -> {
                if (step.verdict() != Verdict.OK) {
                    done.accept(Page.unread(step.verdict()));
                    return;
                }
                for (Entry entry : step.entries()) {
                    entries.add(entry);
                    sizeBytes += ExchangeParts.sizeBytes(entry.key(), entry.versions());
                }
                if (step.end().equals(range.end())) {
                    at++;
                    next();
                } else if (range.buckets() != Range.ALL_BUCKETS && !isEnough()) {
                    // Of what the engine gives, few are in the buckets.
                    read(range.behind(step.end()));
                } else {
                    done.accept(new Page(Verdict.OK, entries, new Covered(at + 1, step.end()), sizeBytes));
                }
            });
        }
    }

    /** Sums up what there is of a range, up to its end or until there are {@code recordsMax}. */
    void sum(Range range, int limit, long recordsMax, Consumer<Sums> done) {
        sum(range, limit, recordsMax, new Sums(Verdict.OK, new long[Range.BUCKETS], 0, range.end()), done);
    }

    private void sum(Range range, int limit, long recordsMax, Sums before, Consumer<Sums> done) {
        read(range, limit, step -> {
            long[] sums = before.sums();
            for (Entry entry : step.entries()) {
                sums[Range.bucket(entry.key())] += entry.digest();
            }
            long records = before.records() + step.entries().size();
            Sums now = new Sums(step.verdict(), sums, records, step.end());
            if (step.verdict() != Verdict.OK || step.end().equals(range.end()) || records >= recordsMax) {
                done.accept(now);
            } else {
                sum(range.behind(step.end()), limit, recordsMax, now, done);
            }
        });
    }

    /** @param done takes a step with something in it, or one that is the last, or one that says why there is none */
    private void read(Range range, int limit, Consumer<Step> done) {
        Range step = range;
        if (!TreeLayout.isHome(range.lane())) {
            long homeFirst = lanes.homeFirst(range.partition());
            long homeLast = lanes.homeLast(range.partition());
            if (isWithin(range.first(), homeFirst, homeLast)) {
                if (Long.compareUnsigned(homeLast, range.last()) >= 0) {
                    done.accept(new Step(Verdict.OK, List.of(), range.end()));
                    return;
                }
                step = step.behind(new End(homeLast, null));
            }
            if (isWithin(homeFirst, step.first(), step.last())) {
                step = step.upTo(new End(homeFirst - 1, null));
            }
        }
        readStep(range, step, limit, done);
    }

    private static boolean isWithin(long hash, long first, long last) {
        return Long.compareUnsigned(hash, first) >= 0 && Long.compareUnsigned(hash, last) <= 0;
    }

    /** {@code step} is a part of what was asked for that is one range of the engine. */
    private void readStep(Range asked, Range step, int limit, Consumer<Step> done) {
        readStep(from(step), asked, step, limit, done);
    }

    private void readStep(byte[] from, Range asked, Range step, int limit, Consumer<Step> done) {
        range.read(from, past(step), limit, found -> {
            byte[] next = found.next();
            if (found.isRead() && found.keys().isEmpty() && next != null) {
                // What there was has not the layout of a key.
                readStep(next, asked, step, limit, done);
                return;
            }
            Step taken = found.isRead() ? take(step, found) : Step.unread(found.verdict());
            boolean isEmpty = taken.verdict() == Verdict.OK && taken.entries().isEmpty();
            if (isEmpty && !taken.end().equals(asked.end())) {
                read(asked.behind(taken.end()), limit, done);
            } else {
                done.accept(taken);
            }
        });
    }

    private static byte[] from(Range step) {
        RecordKey after = step.after();
        return after == null
                ? Keyspace.from(step.partition(), TreeLayout.db(step.lane()), step.first())
                : after.pastThis();
    }

    private static byte[] past(Range step) {
        int db = TreeLayout.db(step.lane());
        RecordKey upTo = step.upTo();
        if (upTo != null) {
            return upTo.pastThis();
        }
        return step.last() == -1L
                ? Keyspace.end(step.partition(), db)
                : Keyspace.from(step.partition(), db, step.last() + 1);
    }

    private Step take(Range step, RecordRange.Page found) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < found.keys().size(); i++) {
            RecordKey key = found.keys().get(i);
            if (lanes.of(key) != step.lane() || !step.contains(key)) {
                continue;
            }
            try {
                Versions versions = VersionsCodec.decode(found.values().get(i));
                long flushed = flushStamps.of(TreeLayout.db(step.lane()));
                long digest = VersionsDigest.of(key.bytes(), versions, flushed);
                if (digest != VersionsDigest.ABSENT && versions.goneAt() > marks.of(step.partition())) {
                    entries.add(new Entry(key, versions.withoutStampsUpTo(flushed), digest));
                }
            } catch (CorruptRecordException damage) {
                repairs.found(key, damage);
                if (!repairs.isLost(key)) {
                    // What is told must be all there is: it may be all that a new owner gets. It is about to be mended.
                    return Step.unread(Verdict.DAMAGED);
                }
            }
        }
        return new Step(Verdict.OK, entries, end(step, found));
    }

    /** Where a step of the engine has ended: behind the hash of its last record, where it is known to be through with it. */
    private static End end(Range step, RecordRange.Page found) {
        byte[] next = found.next();
        if (next == null) {
            return step.end();
        }
        long nextHash = Keyspace.hash(next);
        RecordKey last = found.keys().get(found.keys().size() - 1);
        return nextHash == last.hash() ? End.of(last) : new End(nextHash - 1, null);
    }
}
