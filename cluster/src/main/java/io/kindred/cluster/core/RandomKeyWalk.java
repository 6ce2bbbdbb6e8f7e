package io.kindred.cluster.core;

import io.kindred.cluster.keyspace.Question;
import io.kindred.cluster.keyspace.ScanCore;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Some key of a database: walks around the ring from a random place until it finds keys, and takes one of them.
 *
 * <p>A partition that it comes to on its way it sees from its first key on, and it comes to the same one from nearly
 * everywhere if few partitions have keys, as where keys share a tag. So it looks into that partition once more, from a
 * random place in it.
 */
final class RandomKeyWalk {
    private static final int PAGE_KEYS = 16;

    private final Question question;
    private final NodeViews views;
    private final RandomSource random;
    private final int db;
    private final Consumer<ScanCore.@Nullable Result> done;
    private int beginPartition;
    private long begin;
    private boolean wrapped;

    private RandomKeyWalk(
            Question question, NodeViews views, RandomSource random, int db, Consumer<ScanCore.@Nullable Result> done) {
        this.question = question;
        this.views = views;
        this.random = random;
        this.db = db;
        this.done = done;
    }

    /** @param done takes one key, or none where there is none; null: too few holders of some partition answered */
    static void start(
            Question question, NodeViews views, RandomSource random, int db, Consumer<ScanCore.@Nullable Result> done) {
        new RandomKeyWalk(question, views, random, db, done).start();
    }

    private void start() {
        beginPartition = random.nextInt(views.partitions());
        begin = ScanCore.cursorAt(beginPartition, views.randomHashIn(beginPartition, random));
        read(begin);
    }

    private void read(long cursor) {
        ScanCore.start(question, db, cursor, PAGE_KEYS, this::take);
    }

    private void take(ScanCore.@Nullable Result page) {
        if (page == null) {
            done.accept(null);
        } else if (!page.keys().isEmpty()) {
            found(anyOf(page.keys()));
        } else if (isAround(page.cursor())) {
            done.accept(page);
        } else {
            wrapped |= page.cursor() == 0;
            read(page.cursor());
        }
    }

    private boolean isAround(long next) {
        return next == 0 ? wrapped || begin == 0 : wrapped && next >= begin;
    }

    private void found(byte[] key) {
        int partition = views.partitionOf(db, key);
        if (partition == beginPartition && !wrapped) {
            answer(key);
            return;
        }
        // Of tagged keys the hashes are spread over all 64 bits, whichever partition they are in.
        long from = ScanCore.cursorAt(partition, random.nextLong());
        ScanCore.start(question, db, from, PAGE_KEYS, page -> {
            List<byte[]> there = page == null
                    ? List.of()
                    : page.keys().stream()
                            .filter(other -> views.partitionOf(db, other) == partition)
                            .toList();
            // Behind the last key comes the first again: where nothing follows, one of the first ones will do.
            answer(there.isEmpty() ? key : anyOf(there));
        });
    }

    private byte[] anyOf(List<byte[]> keys) {
        return keys.get(random.nextInt(keys.size()));
    }

    private void answer(byte[] key) {
        done.accept(new ScanCore.Result(0, List.of(key)));
    }
}
