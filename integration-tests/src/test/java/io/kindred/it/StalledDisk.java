package io.kindred.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * When the machine's disk, which others share, took longer over a block of a file of its own than any request may be late:
 * it takes about 10 ms otherwise, also while the nodes flush. A machine that stood still as a whole shows here, too. What
 * piles up meanwhile takes a while to be worked off, so such a moment counts twice its length.
 */
final class StalledDisk implements AutoCloseable {
    private static final long INTERVAL_MILLIS = 50;
    private static final long STALL_NANOS = TimeUnit.MILLISECONDS.toNanos(150);

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final List<LoadTrace.Span> spans = new CopyOnWriteArrayList<>();
    private final FileChannel file;
    private long lastNanos = System.nanoTime();
    private volatile long stalledNanos;

    private StalledDisk(FileChannel file) {
        this.file = file;
    }

    static StalledDisk watch(Path directory) {
        try {
            StalledDisk watch = new StalledDisk(FileChannel.open(
                    directory.resolve("probe"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
            watch.thread.scheduleWithFixedDelay(watch::look, 0, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
            return watch;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void look() {
        try {
            file.write(ByteBuffer.allocate(512), 0);
            file.force(false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long now = System.nanoTime();
        long took = now - lastNanos - TimeUnit.MILLISECONDS.toNanos(INTERVAL_MILLIS);
        if (took > STALL_NANOS) {
            stalledNanos += took;
            spans.add(new LoadTrace.Span(lastNanos, now + took));
        }
        lastNanos = now;
    }

    List<LoadTrace.Span> spans() {
        return List.copyOf(spans);
    }

    @Override
    public String toString() {
        return TimeUnit.NANOSECONDS.toMillis(stalledNanos) + " ms in which the disk stood still, in " + spans.size()
                + " moments";
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
