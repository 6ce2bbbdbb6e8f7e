package io.kindred.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * When the host of this virtual machine gave its processors to others (proc(5): {@code steal} in {@code /proc/stat}, in
 * hundredths of a second). A request that was under way then says nothing of the nodes. Elsewhere than on Linux there is no
 * such count, and nothing is left out.
 */
final class StolenTime implements AutoCloseable {
    private static final Path STAT = Path.of("/proc/stat");
    private static final int STEAL_FIELD = 8;
    private static final long INTERVAL_MILLIS = 10;

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final List<LoadTrace.Span> spans = new CopyOnWriteArrayList<>();
    private long lastTicks;
    private long lastNanos;
    private volatile long stolenTicks;

    private StolenTime() {}

    static StolenTime watch() {
        StolenTime watch = new StolenTime();
        if (Files.isReadable(STAT)) {
            watch.lastTicks = ticks();
            watch.lastNanos = System.nanoTime();
            watch.thread.scheduleWithFixedDelay(watch::look, INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
        }
        return watch;
    }

    private void look() {
        long ticks = ticks();
        long now = System.nanoTime();
        if (ticks > lastTicks) {
            stolenTicks += ticks - lastTicks;
            spans.add(new LoadTrace.Span(lastNanos, now));
        }
        lastTicks = ticks;
        lastNanos = now;
    }

    private static long ticks() {
        try {
            String all = Files.readString(STAT);
            String[] fields = all.substring(0, all.indexOf('\n')).split(" +", -1);
            return fields.length > STEAL_FIELD ? Long.parseLong(fields[STEAL_FIELD]) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The moments in which some of it was taken. */
    List<LoadTrace.Span> spans() {
        return List.copyOf(spans);
    }

    @Override
    public String toString() {
        return stolenTicks * 10 + " ms of processor time stolen in " + spans.size() + " moments";
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
