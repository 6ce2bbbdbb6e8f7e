package io.kindred.engine;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Puts, gets and scan steps per second, one owner thread. Arguments: keys (1,000,000), value bytes (100), commit size (32), seconds
 * of each read run (3), directory (a temporary one).
 *
 * <p>`mvn -B -q -pl engine test-compile`, then java with engine/target/classes, engine/target/test-classes and the
 * dependencies on its class path.
 */
public final class EngineBench {
    private static final int GROUPS = 1024;

    private final int keys;
    private final byte[] value;
    private final int commitSize;
    private final long readNanos;
    private final OwnerQueue owner = new OwnerQueue();
    private long answered;
    private long acknowledged;

    private EngineBench(int keys, int valueBytes, int commitSize, long readNanos) {
        this.keys = keys;
        this.value = new byte[valueBytes];
        this.commitSize = commitSize;
        this.readNanos = readNanos;
    }

    /** Runs all measurements and prints them. */
    public static void main(String[] args) throws IOException {
        int keys = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
        int valueBytes = args.length > 1 ? Integer.parseInt(args[1]) : 100;
        int commitSize = args.length > 2 ? Integer.parseInt(args[2]) : 32;
        long seconds = args.length > 3 ? Long.parseLong(args[3]) : 3;
        Path directory = args.length > 4 ? Path.of(args[4]) : Files.createTempDirectory("engine-bench");
        try {
            new EngineBench(keys, valueBytes, commitSize, seconds * 1_000_000_000L).run(directory);
        } finally {
            deleteAll(directory);
        }
    }

    private void run(Path directory) throws IOException {
        EngineOptions options = EngineOptions.defaults();
        System.out.println(options);
        try (LsmEngine engine = LsmEngine.open(directory, options, owner)) {
            puts(engine, "fill", false);
            puts(engine, "overwrite, no stalls heeded", false);
            puts(engine, "overwrite, stalls heeded", true);
            peeks(engine, 10_000, "memtable or row cache");
            reads(engine);
            scans(engine, 100_000, 10);
            System.out.println(engine.stats());
            printCpuOfThreads();
        }
        long start = System.nanoTime();
        try (LsmEngine engine = LsmEngine.open(directory, options, owner)) {
            System.out.printf(Locale.ROOT, "open: %.0f ms, %s%n", (System.nanoTime() - start) / 1e6, engine.recovery());
            reads(engine);
        }
    }

    private static void printCpuOfThreads() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            String name = thread.getThreadName();
            if (name.startsWith("kindred") || name.startsWith("leveldb") || name.equals("main")) {
                System.out.printf(
                        Locale.ROOT, "CPU of %s: %.2f s%n", name, threads.getThreadCpuTime(thread.getThreadId()) / 1e9);
            }
        }
    }

    /** What the owner thread itself costs, which other processes on the machine do not change. */
    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private void puts(LsmEngine engine, String what, boolean heedStalls) {
        long start = System.nanoTime();
        long cpu = cpuNanos();
        long longest = 0;
        long stalled = 0;
        long refused = engine.stats().memory().commitsRefused();
        acknowledged = 0;
        for (int i = 0; i < keys; i += commitSize) {
            long turn = System.nanoTime();
            for (int j = i; j < Math.min(keys, i + commitSize); j++) {
                engine.put(key(mix(j) % keys), value.clone(), 0);
            }
            engine.commit(failure -> acknowledged += failure == null ? 1 : 0);
            owner.runAll();
            longest = Math.max(longest, System.nanoTime() - turn);
            long stall = engine.stallNanos();
            if (heedStalls && stall > 0) {
                stalled += stall;
                LockSupport.parkNanos(stall);
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "%s: %,.0f puts/s (%.0f ns of the owner's CPU each), longest turn %.2f ms, stalled %.1f s, %d of %d commits refused%n",
                what,
                keys / seconds,
                (double) (cpuNanos() - cpu) / keys,
                longest / 1e6,
                stalled / 1e9,
                engine.stats().memory().commitsRefused() - refused,
                (keys + commitSize - 1) / commitSize);
    }

    private void peeks(LsmEngine engine, int hot, String what) {
        for (int i = 0; i < hot; i++) {
            engine.put(key(i), value.clone(), 0);
        }
        engine.commit(failure -> {});
        long start = System.nanoTime();
        long cpu = cpuNanos();
        long count = 0;
        long hits = 0;
        while (System.nanoTime() - start < readNanos) {
            for (int i = 0; i < 1000; i++) {
                hits += engine.peek(key(mix(count + i) % hot)) == null ? 0 : 1;
            }
            count += 1000;
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "peek (%s): %,.0f/s (%.0f ns of CPU each), %.1f%% hits%n",
                what,
                count / seconds,
                (double) (cpuNanos() - cpu) / count,
                100.0 * hits / count);
    }

    private void reads(LsmEngine engine) {
        long start = System.nanoTime();
        long asked = 0;
        long hits = 0;
        answered = 0;
        while (System.nanoTime() - start < readNanos) {
            for (int i = 0; i < 128; i++) {
                byte[] key = key(mix(asked++) % keys);
                if (engine.peek(key) == null) {
                    engine.read(key, (found, failure) -> answered++);
                } else {
                    answered++;
                    hits++;
                }
            }
            engine.flushReads();
            long wanted = asked - 1024;
            owner.runUntil(() -> answered >= wanted);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "random reads over all keys: %,.0f/s, %.1f%% from memory%n",
                answered / seconds,
                100.0 * hits / asked);
        long all = asked;
        owner.runUntil(() -> answered >= all);
    }

    /** One group that memory has all of, walked from end to end. */
    private void scans(LsmEngine engine, int inGroup, int limit) {
        for (int i = 0; i < inGroup; i++) {
            engine.put(scanned(i), value.clone(), 0);
            if (i % commitSize == 0) {
                engine.commit(failure -> {});
            }
        }
        engine.commit(failure -> {});
        byte[][] next = {ByteBuffer.allocate(4).putInt(GROUPS).array()};
        byte[] end = ByteBuffer.allocate(4).putInt(GROUPS + 1).array();
        int steps = 0;
        long cpu = 0;
        long longest = 0;
        long start = System.nanoTime();
        while (next[0] != null && System.nanoTime() - start < readNanos) {
            boolean[] given = {false};
            long before = cpuNanos();
            engine.scan(next[0], end, limit, (step, failure) -> {
                given[0] = true;
                next[0] = step == null ? null : step.next();
            });
            long took = cpuNanos() - before;
            cpu += took;
            longest = Math.max(longest, took);
            owner.runUntil(() -> given[0]);
            steps++;
        }
        System.out.printf(
                Locale.ROOT,
                "scan of one group of %,d keys, %d a step: %,d steps, %.1f us of the owner's CPU each, at most %.2f ms%n",
                inGroup,
                limit,
                steps,
                cpu / 1e3 / steps,
                longest / 1e6);
    }

    /** In no order. */
    private static byte[] scanned(int number) {
        return ByteBuffer.allocate(24)
                .putInt(GROUPS)
                .putLong(mix(number))
                .putLong(number)
                .putInt(0)
                .array();
    }

    private static long mix(long i) {
        long z = i * 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        return (z ^ z >>> 27) & Long.MAX_VALUE;
    }

    private static byte[] key(long number) {
        return ByteBuffer.allocate(24)
                .putInt((int) (mix(number) % GROUPS))
                .putLong(mix(number + 1))
                .putLong(number)
                .putInt(0)
                .array();
    }

    private static void deleteAll(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
