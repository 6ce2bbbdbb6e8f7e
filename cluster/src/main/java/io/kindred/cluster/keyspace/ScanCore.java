package io.kindred.cluster.keyspace;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One SCAN page: partition after partition from the cursor on, until about as many keys as asked for are found. Where
 * partitions are sparse it reads ahead in more and more of them at once.
 */
public final class ScanCore {
    private static final int PARTITIONS_AT_ONCE_MAX = 64;
    private static final int PARTITIONS_A_PAGE_MAX = 512;

    private final Question node;
    private final int db;
    private final int wanted;
    private final Consumer<@Nullable Result> done;
    private final List<byte[]> found = new ArrayList<>();
    private ScanCursor cursor;
    private int atOnce = 1;
    private int visited;

    /** {@code cursor} 0: the iteration is complete. */
    public record Result(long cursor, List<byte[]> keys) {}

    private ScanCore(Question node, int db, ScanCursor cursor, int wanted, Consumer<@Nullable Result> done) {
        this.node = node;
        this.db = db;
        this.cursor = cursor;
        this.wanted = wanted;
        this.done = done;
    }

    /** @param done null: too few holders of a partition answered */
    public static void start(Question node, int db, long cursor, int wanted, Consumer<@Nullable Result> done) {
        ScanCursor from = ScanCursor.of(cursor);
        if (cursor < 0 || from.partition() >= node.partitions().partitions()) {
            done.accept(new Result(0, List.of()));
            return;
        }
        new ScanCore(node, db, from, Math.max(1, wanted), done).nextBatch();
    }

    /** A random place to begin at. */
    public static long cursorAt(int partition, long hash) {
        return ScanCursor.at(partition, hash).number();
    }

    private void nextBatch() {
        int first = cursor.partition();
        int past = Math.min(first + atOnce, node.partitions().partitions());
        Batch batch = new Batch(past - first);
        for (int partition = first; partition < past; partition++) {
            long fromHash = partition == first ? cursor.fromHash() : 0;
            int asked = partition;
            PartitionScan.start(
                    node, new PartitionScan.Asked(db, partition, fromHash, wanted), page -> batch.add(asked, page));
        }
    }

    /** The partitions that are being read at once; they are used in order. */
    private final class Batch {
        private final TreeMap<Integer, PartitionScan.Page> pages = new TreeMap<>();
        private int missing;
        private boolean failed;

        Batch(int size) {
            missing = size;
        }

        void add(int partition, PartitionScan.@Nullable Page page) {
            missing--;
            if (page == null) {
                failed = true;
            } else {
                pages.put(partition, page);
            }
            if (missing > 0) {
                return;
            }
            if (failed) {
                done.accept(null);
            } else {
                take(pages);
            }
        }
    }

    private void take(TreeMap<Integer, PartitionScan.Page> pages) {
        for (var entry : pages.entrySet()) {
            PartitionScan.Page page = entry.getValue();
            found.addAll(page.keys());
            visited++;
            if (!page.complete()) {
                cursor = ScanCursor.at(entry.getKey(), page.nextHash());
                atOnce = 1;
                endOrGoOn(false);
                return;
            }
        }
        int past = pages.lastKey() + 1;
        cursor = new ScanCursor(past, 0);
        atOnce = Math.min(PARTITIONS_AT_ONCE_MAX, atOnce * 2);
        endOrGoOn(past == node.partitions().partitions());
    }

    private void endOrGoOn(boolean complete) {
        if (complete) {
            done.accept(new Result(0, found));
        } else if (found.size() >= wanted || visited >= PARTITIONS_A_PAGE_MAX) {
            done.accept(new Result(cursor.number(), found));
        } else {
            nextBatch();
        }
    }
}
