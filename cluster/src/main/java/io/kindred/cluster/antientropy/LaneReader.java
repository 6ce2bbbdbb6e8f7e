package io.kindred.cluster.antientropy;

import io.kindred.cluster.message.Message.BucketKeys.Range;
import io.kindred.cluster.message.Message.BucketKeysReply.Covered;
import io.kindred.cluster.message.Message.Verdict;
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
final class LaneReader {
    private final RecordRange range;
    private final Lanes lanes;
    private final FlushStamps flushStamps;

    private final ReapMarks marks;

    private final ExchangeCore.Repairs repairs;

    LaneReader(RecordRange range, Lanes lanes, FlushStamps flushStamps, ReapMarks marks, ExchangeCore.Repairs repairs) {
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

        long[] digests() {
            return entries.stream().mapToLong(Entry::digest).sorted().toArray();
        }
    }

    /** One step of the engine. */
    private record Step(Verdict verdict, List<Entry> entries, long coveredTo) {
        static Step unread(Verdict why) {
            return new Step(why, List.of(), 0);
        }
    }

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
            boolean isEnough = entries.size() > limit / 2 || sizeBytes >= ExchangeService.BATCH_BYTES_MAX;
            if (at == ranges.size() || isEnough) {
                done.accept(new Page(
                        Verdict.OK, entries, new Covered(at, ranges.get(at - 1).last()), sizeBytes));
            } else {
                read(ranges.get(at));
            }
        }

        private void read(Range range) {
            LaneReader.this.read(range, limit - entries.size(), step -> {
                if (step.verdict() != Verdict.OK) {
                    done.accept(Page.unread(step.verdict()));
                    return;
                }
                for (Entry entry : step.entries()) {
                    entries.add(entry);
                    sizeBytes += ExchangeParts.sizeBytes(entry.key(), entry.versions());
                }
                if (step.coveredTo() == range.last()) {
                    at++;
                    next();
                } else {
                    done.accept(new Page(Verdict.OK, entries, new Covered(at + 1, step.coveredTo()), sizeBytes));
                }
            });
        }
    }

    /** @param done takes a step with something in it, or one that is the last, or one that says why there is none */
    private void read(Range range, int limit, Consumer<Step> done) {
        long first = range.first();
        long last = range.last();
        if (!Lanes.isHome(range.lane())) {
            long homeFirst = lanes.homeFirst(range.partition());
            long homeLast = lanes.homeLast(range.partition());
            if (isWithin(first, homeFirst, homeLast)) {
                if (Long.compareUnsigned(homeLast, last) >= 0) {
                    done.accept(new Step(Verdict.OK, List.of(), last));
                    return;
                }
                first = homeLast + 1;
            }
            if (isWithin(homeFirst, first, last)) {
                last = homeFirst - 1;
            }
        }
        readStep(range, new Range(range.partition(), range.lane(), first, last), limit, done);
    }

    private static boolean isWithin(long hash, long first, long last) {
        return Long.compareUnsigned(hash, first) >= 0 && Long.compareUnsigned(hash, last) <= 0;
    }

    /** {@code step} is a part of what was asked for that is one range of the engine. */
    private void readStep(Range asked, Range step, int limit, Consumer<Step> done) {
        int db = Lanes.db(step.lane());
        byte[] end = step.last() == -1L
                ? Keyspace.end(step.partition(), db)
                : Keyspace.from(step.partition(), db, step.last() + 1);
        range.read(Keyspace.from(step.partition(), db, step.first()), end, limit, found -> {
            Step taken = found.isRead() ? take(step, found) : Step.unread(found.verdict());
            boolean isEmpty = taken.verdict() == Verdict.OK && taken.entries().isEmpty();
            if (isEmpty && taken.coveredTo() != asked.last()) {
                read(asked.from(taken.coveredTo() + 1), limit, done);
            } else {
                done.accept(taken);
            }
        });
    }

    private Step take(Range step, RecordRange.Page found) {
        long coveredTo = step.last();
        byte[] next = found.next();
        if (next != null) {
            // Either the next key, of whose hash there may be more, so that it is for the next page; or a place right
            // behind the last one, which is no key.
            long stoppedAt = Keyspace.hash(next);
            boolean isBehind = RecordKey.parse(next) == null;
            coveredTo = isBehind || stoppedAt == step.first() ? stoppedAt : stoppedAt - 1;
        }
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < found.keys().size(); i++) {
            RecordKey key = found.keys().get(i);
            if (lanes.of(key) != step.lane() || Long.compareUnsigned(key.hash(), coveredTo) > 0) {
                continue;
            }
            try {
                Versions versions = VersionsCodec.decode(found.values().get(i));
                long flushed = flushStamps.of(Lanes.db(step.lane()));
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
        return new Step(Verdict.OK, entries, coveredTo);
    }
}
