package io.kindred.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessMeterTest {
    /** More than enough for the directory to be looked at once more. */
    private static final int SAMPLES = 10;

    @TempDir
    Path directory;

    private final ArrayDeque<Runnable> aside = new ArrayDeque<>();

    private long nanos;

    @Test
    void theDiskIsMeasuredInTheBackground() throws Exception {
        Files.write(directory.resolve("a"), new byte[1_000]);
        Files.write(Files.createDirectory(directory.resolve("inner")).resolve("b"), new byte[200]);
        ProcessMeter meter = new ProcessMeter(directory, () -> nanos, aside::add);
        meter.sample();
        meter.sample();
        assertEquals(new ProcessMeter.Disk(0, 0), meter.disk());
        measure(meter);
        assertEquals(1_200, meter.disk().used());
        assertTrue(meter.disk().free() > 0);
    }

    @Test
    void aDirectoryThatCannotBeReadChangesNothing() throws Exception {
        Files.write(directory.resolve("a"), new byte[1_000]);
        ProcessMeter meter = new ProcessMeter(directory, () -> nanos, aside::add);
        measure(meter);
        Files.delete(directory.resolve("a"));
        Files.delete(directory);
        measure(meter);
        assertEquals(1_000, meter.disk().used());
        Files.createDirectory(directory);
    }

    @Test
    void coresAreProcessorTimeByTime() {
        ProcessMeter meter = new ProcessMeter(directory, () -> nanos, aside::add);
        meter.sample();
        assertEquals(0, meter.cores());
        // Three tenths of a second of work, in a second as the clock has it; less where others work, too.
        long begunNanos = System.nanoTime();
        long spun = 0;
        while (System.nanoTime() - begunNanos < 300_000_000L) {
            spun += Long.numberOfTrailingZeros(System.nanoTime());
        }
        nanos += 1_000_000_000L;
        meter.sample();
        assertTrue(meter.cores() > 0.02, () -> meter.cores() + " cores");
        assertTrue(spun > 0);
    }

    private void measure(ProcessMeter meter) {
        for (int i = 0; i < SAMPLES; i++) {
            meter.sample();
            while (!aside.isEmpty()) {
                aside.remove().run();
            }
        }
    }
}
