package io.kindred.cluster.antientropy;

import io.kindred.cluster.quorum.FlushStamps;
import io.kindred.cluster.ring.StorageKey;
import io.kindred.cluster.version.CorruptRecordException;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import io.kindred.cluster.version.VersionsDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads what this node has of a lane between two hashes, page by page. */
final class LaneReader {
    private final RecordRange range;
    private final Lanes lanes;
    private final FlushStamps flushStamps;

    private final ReapMarks marks;

    LaneReader(RecordRange range, Lanes lanes, FlushStamps flushStamps, ReapMarks marks) {
        this.marks = marks;
        this.range = range;
        this.lanes = lanes;
        this.flushStamps = flushStamps;
    }

    /** A key that is there. Its values stay where they are. */
    record Entry(byte[] key, VersionVector clock, long digest) {}

    /** All there is up to the hash {@code coveredTo}. */
    record Page(List<Entry> entries, long coveredTo) {}

    /** Hashes of a lane, both inclusive and unsigned. */
    record Hashes(int partition, int lane, long first, long last) {
        Hashes from(long hash) {
            return new Hashes(partition, lane, hash, last);
        }
    }

    /** @param done takes a page with something in it or one that is the last; null: the records cannot be read */
    void read(Hashes hashes, int limit, Consumer<@Nullable Page> done) {
        long first = hashes.first();
        long last = hashes.last();
        if (!Lanes.isHome(hashes.lane())) {
            long homeFirst = lanes.homeFirst(hashes.partition());
            long homeLast = lanes.homeLast(hashes.partition());
            if (isWithin(first, homeFirst, homeLast)) {
                if (Long.compareUnsigned(homeLast, last) >= 0) {
                    done.accept(new Page(List.of(), last));
                    return;
                }
                first = homeLast + 1;
            }
            if (isWithin(homeFirst, first, last)) {
                last = homeFirst - 1;
            }
        }
        readStep(hashes, new Hashes(hashes.partition(), hashes.lane(), first, last), limit, done);
    }

    private static boolean isWithin(long hash, long first, long last) {
        return Long.compareUnsigned(hash, first) >= 0 && Long.compareUnsigned(hash, last) <= 0;
    }

    /** {@code step} is a part of what was asked for that is one range of the engine. */
    private void readStep(Hashes asked, Hashes step, int limit, Consumer<@Nullable Page> done) {
        int db = Lanes.db(step.lane());
        byte[] end = step.last() == -1L
                ? StorageKey.end(step.partition(), db)
                : StorageKey.from(step.partition(), db, step.last() + 1);
        range.read(StorageKey.from(step.partition(), db, step.first()), end, limit, found -> {
            Page page = found.failed() ? null : page(step, found);
            if (page != null && page.entries().isEmpty() && page.coveredTo() != asked.last()) {
                read(asked.from(page.coveredTo() + 1), limit, done);
            } else {
                done.accept(page);
            }
        });
    }

    private @Nullable Page page(Hashes step, RecordRange.Page found) {
        long coveredTo = step.last();
        byte[] next = found.next();
        if (next != null) {
            // Either the next key, of whose hash there may be more, so that it is for the next page; or a place right
            // behind the last one, which is no key.
            long stoppedAt = StorageKey.hash(next);
            boolean isBehind = !StorageKey.isValid(next);
            coveredTo = isBehind || stoppedAt == step.first() ? stoppedAt : stoppedAt - 1;
        }
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < found.keys().size(); i++) {
            byte[] key = found.keys().get(i);
            if (!StorageKey.isValid(key)
                    || lanes.of(key) != step.lane()
                    || Long.compareUnsigned(StorageKey.hash(key), coveredTo) > 0) {
                continue;
            }
            try {
                Versions versions = VersionsCodec.decode(found.values().get(i));
                long digest = VersionsDigest.of(key, versions, flushStamps.of(Lanes.db(step.lane())));
                if (digest != VersionsDigest.ABSENT && versions.goneAt() > marks.of(step.partition())) {
                    entries.add(new Entry(key, versions.clock(), digest));
                }
            } catch (CorruptRecordException damage) {
                return null;
            }
        }
        return new Page(entries, coveredTo);
    }
}
