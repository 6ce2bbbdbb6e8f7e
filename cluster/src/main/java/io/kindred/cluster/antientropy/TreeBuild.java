package io.kindred.cluster.antientropy;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.FlushStamps;
import io.kindred.cluster.ring.Keyspace;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.CorruptRecordException;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import io.kindred.cluster.version.VersionsDigest;
import java.util.Arrays;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * New trees for some databases of a partition, made by reading its records in order while they change.
 *
 * <p>What lies below the place that the reading has come to is in the new trees already, and a write there changes them
 * as it does the old ones. What lies above will be read. Only a write that falls into the time of a step may or may not
 * be in what the step finds: it is remembered, and counts instead of what was found. A write that is undone within a
 * step leaves no state to remember, so the step is made again.
 */
final class TreeBuild {
    static final int ENTRIES_A_STEP = 256;

    final int partition;
    final int firstDb;
    final int lastDb;
    /** Whether it is to find out if the present trees are right, rather than to replace them. */
    final boolean scrub;

    private final TreeLayout lanes;
    private final FlushStamps stamps;
    /** How finely to divide a lane. */
    private final Resolution resolution;

    private final @Nullable MerkleTree[] fresh;
    /** Storage keys that were written during the step under way, with their digests since. */
    private final TreeMap<RecordKey, Long> touched = new TreeMap<>();

    private byte[] from;
    private boolean inStep;
    private boolean spoiled;

    interface Resolution {
        int bits(int lane);
    }

    /** What is built: databases {@code firstDb} to {@code lastDb} of a partition. */
    record Span(int partition, int firstDb, int lastDb, boolean scrub) {}

    TreeBuild(Span span, TreeLayout lanes, FlushStamps stamps, Resolution resolution) {
        this.partition = span.partition();
        this.firstDb = span.firstDb();
        this.lastDb = span.lastDb();
        this.scrub = span.scrub();
        this.lanes = lanes;
        this.stamps = stamps.copy();
        this.resolution = resolution;
        this.fresh = new @Nullable MerkleTree[lanes.count()];
        this.from = Keyspace.from(partition, firstDb, 0);
    }

    boolean covers(int ofPartition, int db) {
        return ofPartition == partition && db >= firstDb && db <= lastDb;
    }

    byte[] begin() {
        inStep = true;
        spoiled = false;
        touched.clear();
        return from;
    }

    byte[] end() {
        return Keyspace.end(partition, lastDb);
    }

    @Nullable
    MerkleTree tree(int lane) {
        return fresh[lane];
    }

    /** A write of a key that this build covers. */
    void changed(RecordKey storageKey, Versions held, Versions next) {
        long flushStamp = stamps.of(storageKey.db());
        if (isPast(storageKey)) {
            long before = VersionsDigest.of(storageKey.bytes(), held, flushStamp);
            long after = VersionsDigest.of(storageKey.bytes(), next, flushStamp);
            add(storageKey, after - before, MerkleTrees.present(after) - MerkleTrees.present(before));
        } else if (inStep) {
            touched.put(storageKey, VersionsDigest.of(storageKey.bytes(), next, flushStamp));
        }
    }

    void undone(RecordKey storageKey, long difference) {
        if (isPast(storageKey)) {
            add(storageKey, -difference, 0);
        } else if (inStep) {
            spoiled = true;
        }
    }

    private boolean isPast(RecordKey storageKey) {
        return isBefore(storageKey, from);
    }

    private static boolean isBefore(RecordKey key, byte[] place) {
        return Arrays.compareUnsigned(key.bytes(), place) < 0;
    }

    /** What a step came to. */
    enum Progress {
        GO_ON,
        DONE,
        /** It could not be read this time: the same step is to be made again. */
        FAILED,
        DAMAGED
    }

    /** Takes what a step has found. {@code damaged} is told of records that cannot be decoded. */
    Progress take(RecordRange.Page page, DamagedRecord damaged) {
        inStep = false;
        if (!page.isRead()) {
            return page.verdict() == Verdict.DAMAGED ? Progress.DAMAGED : Progress.FAILED;
        }
        if (spoiled) {
            return Progress.GO_ON;
        }
        for (int i = 0; i < page.keys().size(); i++) {
            RecordKey key = page.keys().get(i);
            if (!touched.containsKey(key)) {
                found(key, page.values().get(i), damaged);
            }
        }
        byte[] next = page.next();
        touched.forEach((key, digest) -> {
            if (next == null || isBefore(key, next)) {
                add(key, digest, MerkleTrees.present(digest));
            }
        });
        from = next == null ? end() : next;
        return next == null ? Progress.DONE : Progress.GO_ON;
    }

    interface DamagedRecord {
        void found(RecordKey storageKey, CorruptRecordException damage);
    }

    private void found(RecordKey key, byte[] value, DamagedRecord damaged) {
        try {
            long digest = VersionsDigest.of(key.bytes(), VersionsCodec.decode(value), stamps.of(key.db()));
            add(key, digest, MerkleTrees.present(digest));
        } catch (CorruptRecordException damage) {
            damaged.found(key, damage);
        }
    }

    private void add(RecordKey storageKey, long difference, int moreEntries) {
        if (difference == 0) {
            return;
        }
        int lane = lanes.of(storageKey);
        MerkleTree tree = fresh[lane];
        if (tree == null) {
            tree = new MerkleTree(resolution.bits(lane), stamps.of(TreeLayout.db(lane)));
            fresh[lane] = tree;
        }
        tree.add(lanes.path(lane, storageKey.hash()), difference, moreEntries);
    }
}
