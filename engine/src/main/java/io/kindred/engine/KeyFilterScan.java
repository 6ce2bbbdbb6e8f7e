package io.kindred.engine;

import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Adds the keys that the tables have at the start to the {@link KeyFilter}: step by step on a thread of its own, each time
 * with a cursor that is soon closed. A step is followed by a pause that is several times as long, so that it takes little from
 * the commands that are served meanwhile.
 *
 * <p>What is written meanwhile the writes add, so it does not matter whether a step sees it. Where something was lost the cursor
 * fails and the filter is never complete: a read of such a key is an error, and not an absence, until the loss is accepted.
 */
final class KeyFilterScan {
    private static final System.Logger LOGGER = System.getLogger(KeyFilterScan.class.getName());
    private static final int STEP_KEYS = 1024;
    /** Values may be large, and the tables are not reopened while a cursor is open. */
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final int PAUSE_TIMES = 4;
    private static final long PAUSE_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(200);

    private final KeyFilter filter;
    private final TableStore tables;
    private final OwnerMailbox mailbox;
    private final ScheduledThreadPoolExecutor scanner = Threads.named("filter", 1);
    private volatile boolean stopping;

    KeyFilterScan(KeyFilter filter, TableStore tables, OwnerMailbox mailbox) {
        this.filter = filter;
        this.tables = tables;
        this.mailbox = mailbox;
    }

    void start() {
        scanner.execute(Threads.reporting("filter", this::run));
    }

    /** A step under way is waited for, or the pause behind it. */
    void close() {
        stopping = true;
        Threads.join(scanner);
    }

    /** On the filter thread. */
    private void run() {
        byte[] next = new byte[0];
        try {
            while (next != null && !stopping && !filter.isGivenUp()) {
                long start = System.nanoTime();
                next = step(next);
                if (next != null) {
                    LockSupport.parkNanos(Math.min(PAUSE_NANOS_MAX, PAUSE_TIMES * (System.nanoTime() - start)));
                }
            }
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.INFO, "no filter over the keys of the tables: " + e.getMessage());
            return;
        }
        if (next == null) {
            mailbox.post(filter::complete);
        }
    }

    /** Adds the next keys, and gives where the ones behind them begin; null: there are none. */
    private byte @Nullable [] step(byte[] from) throws IOException {
        long end = System.nanoTime() + STEP_NANOS;
        int[] hashes = new int[STEP_KEYS];
        int count = 0;
        byte[] last = from;
        boolean isEnd = false;
        try (TableStore.Cursor cursor = tables.cursor(from, new byte[0])) {
            while (!isEnd && count < STEP_KEYS && (count == 0 || System.nanoTime() < end)) {
                if (cursor.next()) {
                    last = cursor.key();
                    hashes[count++] = KeyHash.of(last);
                } else {
                    isEnd = true;
                }
            }
        }
        int added = count;
        mailbox.post(() -> add(hashes, added));
        return isEnd ? null : Arrays.copyOf(last, last.length + 1);
    }

    private void add(int[] hashes, int count) {
        for (int i = 0; i < count; i++) {
            filter.add(hashes[i]);
        }
    }
}
