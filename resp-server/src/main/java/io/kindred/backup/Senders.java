package io.kindred.backup;

import io.kindred.client.Connection;
import io.kindred.client.ErrorReply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Threads with a connection each that carry out batches of records. What may pass is tried again for a minute; the first failure
 * that stays ends all of them. To carry a batch out twice does no harm.
 */
final class Senders implements AutoCloseable {
    /** Records in a batch. */
    static final int BATCH_RECORDS = 100;
    /** And bytes, unless it has one record only. */
    static final long BATCH_BYTES = 1 << 20;

    private static final int QUEUED_BATCHES = 64;
    private static final long TRIES_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long PAUSE_MILLIS = 100;
    private static final Batch END = new Batch(0, List.of());

    /** Records of one database. */
    record Batch(int db, List<MergedRecords.Merged> records) {}

    /** What is done with a batch. The connection has its database selected. */
    interface Work {
        void run(Connection node, Batch batch) throws IOException;
    }

    private final Options options;
    private final Connection.Access access;
    private final Work work;
    private final BlockingQueue<Batch> queue = new ArrayBlockingQueue<>(QUEUED_BATCHES);
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();

    Senders(Options options, Connection.Access access, Work work) {
        this.options = options;
        this.access = access;
        this.work = work;
        for (int i = 0; i < options.connections(); i++) {
            Thread thread = new Thread(this::carryOut, "sender-" + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    /** Waits while many are queued. */
    void add(Batch batch) throws IOException {
        try {
            while (!queue.offer(batch, PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                requireNoFailure();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        requireNoFailure();
    }

    /** Waits until all batches are carried out. */
    void finish() throws IOException {
        for (int i = 0; i < threads.size(); i++) {
            add(END);
        }
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        requireNoFailure();
    }

    private void requireNoFailure() throws IOException {
        IOException why = failure.get();
        if (why instanceof BackupProblem) {
            throw new BackupProblem(String.valueOf(why.getMessage()), why);
        }
        if (why != null) {
            throw new IOException(why.getMessage(), why);
        }
    }

    private void carryOut() {
        try (Connection node = new Connection(options.node(), access, Main.REPLY_MILLIS)) {
            int db = 0;
            while (failure.get() == null) {
                Batch batch = queue.take();
                if (batch == END) {
                    return;
                }
                if (batch.db() != db) {
                    node.ask("SELECT", Integer.toString(batch.db()));
                    db = batch.db();
                }
                carryOut(node, batch);
            }
        } catch (ErrorReply e) {
            failure.compareAndSet(null, new BackupProblem("the node answered: " + e.getMessage(), e));
        } catch (IOException e) {
            failure.compareAndSet(null, e);
        } catch (InterruptedException e) {
            failure.compareAndSet(null, new IOException("interrupted", e));
        } catch (RuntimeException | Error e) {
            // The batch is lost with this thread.
            failure.compareAndSet(null, new IOException(e.toString(), e));
        }
    }

    private void carryOut(Connection node, Batch batch) throws IOException, InterruptedException {
        long start = System.nanoTime();
        while (true) {
            try {
                work.run(node, batch);
                return;
            } catch (ErrorReply e) {
                if (!e.mayPass() || System.nanoTime() - start > TRIES_NANOS) {
                    throw e;
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    /** Ends what still runs, after a failure. */
    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
    }
}
