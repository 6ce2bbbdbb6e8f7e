package io.kindred.main;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * How busy the process was lately, and what its data directory takes up: sampled now and then, so that INFO only reads.
 *
 * <p>Owned by: the loop thread; files are looked at on another, since a slow disk must not keep clients waiting.
 */
final class ProcessMeter {
    static final long SAMPLE_MILLIS = 1000;
    /** A walk through the directory costs a call a file. */
    private static final int DISK_EVERY = 5;

    private static final System.Logger LOG = System.getLogger(ProcessMeter.class.getName());

    private final Path directory;
    private final LongSupplier nanos;
    private final Executor aside;
    private CompletableFuture<Disk> measuring = CompletableFuture.completedFuture(new Disk(0, 0));
    private Disk disk = new Disk(0, 0);
    private double cpuSeconds = -1;
    private long cpuNanos;
    private double cores;
    private int taken;

    /** Bytes. */
    record Disk(long used, long free) {}

    /** @param aside runs what may wait for the disk */
    ProcessMeter(Path directory, LongSupplier nanos, Executor aside) {
        this.aside = aside;
        this.directory = directory;
        this.nanos = nanos;
    }

    void sample() {
        double[] times = ProcessFigures.cpuSeconds();
        long now = nanos.getAsLong();
        if (times.length == 2) {
            double seconds = times[0] + times[1];
            if (cpuSeconds >= 0 && now > cpuNanos) {
                cores = (seconds - cpuSeconds) / ((now - cpuNanos) / 1e9);
            }
            cpuSeconds = seconds;
            cpuNanos = now;
        }
        if (measuring.isDone()) {
            disk = measuring.join();
            if (taken % DISK_EVERY == 0) {
                Disk last = disk;
                measuring = CompletableFuture.supplyAsync(() -> measured(last), aside);
            }
        }
        taken++;
    }

    /** How many processor cores the process kept busy in the last second; 0 where it is not known. */
    double cores() {
        return cores;
    }

    Disk disk() {
        return disk;
    }

    /** What was known before, if the directory cannot be read now. */
    private Disk measured(Disk last) {
        try (Stream<Path> files = Files.walk(directory)) {
            long used = files.mapToLong(ProcessMeter::sizeBytes).sum();
            return new Disk(used, Files.getFileStore(directory).getUsableSpace());
        } catch (IOException | UncheckedIOException e) {
            LOG.log(Level.DEBUG, "cannot measure " + directory + ": " + e);
            return last;
        }
    }

    private static long sizeBytes(Path file) {
        try {
            return Files.isRegularFile(file) ? Files.size(file) : 0;
        } catch (NoSuchFileException compactedAway) {
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
