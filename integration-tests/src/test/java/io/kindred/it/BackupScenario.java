package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Three nodes under load are backed up, and the backup is restored onto five nodes of other partition numbers. There, each key
 * has what had been acknowledged before the backup began, or something written later; what was deleted or had expired is not
 * there; siblings, clocks' order and deadlines are as they were; and there is no key and no value that nobody wrote.
 *
 * <p>A key {@code key7} is written by one thread only, with the values {@code 7.0}, {@code 7.1} and so on, so that a value says how
 * new it is.
 */
final class BackupScenario implements AutoCloseable {
    private static final Duration TOOL_WITHIN = Duration.ofMinutes(20);
    private static final int WRITERS = 2;
    private static final int BATCH = 50;
    private static final int SPECIAL = 20;
    private static final long FAR_MILLIS = 4_000_000_000_000L;
    private static final String PADDING = "-".repeat(60);

    private final int keys;
    private final Path dir;
    private final Seed seed;
    private final AtomicIntegerArray issued;
    private final AtomicIntegerArray acknowledged;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private volatile long longestPingNanos;

    BackupScenario(int keys, Path dir, Seed seed) {
        this.keys = keys;
        this.dir = dir;
        this.seed = seed;
        this.issued = new AtomicIntegerArray(keys);
        this.acknowledged = new AtomicIntegerArray(keys);
    }

    @Override
    public void close() {
        ended.set(true);
        join();
    }

    void run(String... directives) {
        System.out.println(seed);
        int[] before;
        List<Path> parts;
        try (KindredCluster old = KindredCluster.started(
                Stream.of("n1", "n2", "n3")
                        .map(name -> NodeOptions.of(name, dir.resolve("old"), directives)
                                .with("--backup-dir", dir.resolve("backups").toString(), "--ring-partitions", "64"))
                        .toList(),
                NodeOptions::clusterPort)) {
            preload(old.node(0));
            special(old);
            begin(old);
            ping(old.node(0));
            Await.last(Duration.ofSeconds(3));
            long longestBefore = longestPingNanos;
            longestPingNanos = 0;
            before = new int[keys];
            Arrays.setAll(before, acknowledged::get);
            long start = System.nanoTime();
            tool(0, "make", "--node", "127.0.0.1:" + old.node(1).port(), "--name", "b1");
            System.out.println("backup of " + keys + " keys: " + (System.nanoTime() - start) / 1_000_000
                    + " ms with the start of" + " the program; longest PING meanwhile " + longestPingNanos / 1_000
                    + " us, and in 3 s before it " + longestBefore / 1_000 + " us");
            ended.set(true);
            join();
            parts = parts();
            requireRefused(old, parts);
        }
        assertEquals(List.of(), failures);
        List<NodeOptions> five = Stream.of("m1", "m2", "m3", "m4", "m5")
                .map(name -> NodeOptions.of(name, dir.resolve("new"), "--ring-partitions", "128")
                        .small())
                .toList();
        try (KindredCluster restored = KindredCluster.started(five, NodeOptions::clusterPort)) {
            long start = System.nanoTime();
            System.out.print(tool(0, restore(restored, parts)));
            System.out.println("restored and compared in " + (System.nanoTime() - start) / 1_000_000 + " ms");
            check(restored, before);
        }
    }

    // --- the old cluster ---

    private void preload(KindredProcess node) {
        try (RespConnection connection = node.connect()) {
            for (int from = 0; from < keys; from += BATCH) {
                int to = Math.min(keys, from + BATCH);
                for (int key = from; key < to; key++) {
                    connection.send("SET", "key" + key, value(key, 0));
                }
                for (int key = from; key < to; key++) {
                    assertEquals("OK", connection.receive());
                }
            }
        }
    }

    /** What is more than a value. */
    private static void special(KindredCluster old) {
        try (RespConnection one = old.connect(0);
                RespConnection other = old.connect(2)) {
            for (int i = 0; i < SPECIAL; i++) {
                one.call("KIN.PUT", "siblings" + i, "", "left");
                other.call("KIN.PUT", "siblings" + i, "", "right");
                one.call("SET", "deleted" + i, "x");
                other.call("DEL", "deleted" + i);
                one.call("SET", "expired" + i, "x", "PX", 1);
                one.call("SET", "deadline" + i, "x", "PXAT", FAR_MILLIS + i);
                for (int n = 0; n <= i; n++) {
                    other.call("INCR", "counter" + i);
                }
                one.call("SELECT", 3);
                one.call("SET", "flushed" + i, "x");
                one.call("SELECT", 0);
            }
            one.call("SELECT", 3);
            assertEquals("OK", one.call("FLUSHDB"));
            one.call("SET", "kept", "after the flush");
        }
    }

    private void begin(KindredCluster old) {
        for (int writer = 0; writer < WRITERS; writer++) {
            int number = writer;
            RespConnection connection = old.connect(writer);
            Thread thread = new Thread(() -> write(connection, number), "writer " + writer);
            threads.add(thread);
            thread.start();
        }
    }

    private void write(RespConnection connection, int writer) {
        Random random = seed.random(writer);
        try (connection) {
            while (!ended.get()) {
                List<Integer> batch = new ArrayList<>();
                for (int i = 0; i < BATCH; i++) {
                    int key = random.nextInt(keys / WRITERS) * WRITERS + writer;
                    batch.add(key);
                    connection.send("SET", "key" + key, value(key, issued.incrementAndGet(key)));
                }
                for (int key : batch) {
                    Object reply = connection.receive();
                    acknowledged.incrementAndGet(key);
                    if (!"OK".equals(reply)) {
                        throw new AssertionError("SET answered " + RespConnection.show(reply));
                    }
                }
            }
        } catch (RuntimeException | AssertionError e) {
            synchronized (failures) {
                failures.add(e.toString());
            }
        }
    }

    private void ping(KindredProcess node) {
        RespConnection connection = node.connect();
        Thread thread = new Thread(
                () -> {
                    try (connection) {
                        while (!ended.get()) {
                            long start = System.nanoTime();
                            connection.call("PING");
                            longestPingNanos = Math.max(longestPingNanos, System.nanoTime() - start);
                            Await.last(Duration.ofMillis(1));
                        }
                    }
                },
                "ping");
        threads.add(thread);
        thread.start();
    }

    private void join() {
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
        threads.clear();
    }

    private static String value(int key, int number) {
        return key + "." + number + PADDING;
    }

    private List<Path> parts() {
        try (Stream<Path> parts = Files.list(dir.resolve("backups").resolve("b1"))) {
            List<Path> sorted = parts.sorted().toList();
            assertEquals(
                    List.of("n1", "n2", "n3"),
                    sorted.stream()
                            .map(part -> String.valueOf(part.getFileName()))
                            .toList());
            return sorted;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A cluster's own past is not restored into it; and a damaged part nowhere. */
    private void requireRefused(KindredCluster old, List<Path> parts) {
        String refused = tool(1, restore(old, parts));
        assertTrue(refused.contains("a backup is restored into a cluster of other nodes"), refused);
        Path log;
        try (Stream<Path> files = Files.list(parts.get(1).resolve("store"))) {
            log = files.filter(file -> file.toString().endsWith(".klog"))
                    .findFirst()
                    .orElseThrow();
            byte[] bytes = Files.readAllBytes(log);
            bytes[bytes.length / 2] ^= 1;
            Files.write(log, bytes);
            String damaged = tool(1, "verify", parts.get(1).toString());
            assertTrue(damaged.contains("not as it was when the backup was made"), damaged);
            bytes[bytes.length / 2] ^= 1;
            Files.write(log, bytes);
            tool(0, "verify", parts.get(1).toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String[] restore(KindredCluster cluster, List<Path> parts) {
        List<String> words = new ArrayList<>(
                List.of("restore", "--to", "127.0.0.1:" + cluster.node(0).port()));
        parts.forEach(part -> words.add(part.toString()));
        return words.toArray(String[]::new);
    }

    private String tool(int exitCode, String... words) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-cp",
                KindredProcess.classPath(),
                "io.kindred.backup.Main"));
        command.addAll(List.of(words));
        Program ran = Program.ran(dir, Map.of(), TOOL_WITHIN, command.toArray(String[]::new));
        assertEquals(exitCode, ran.exitCode(), () -> String.join(" ", words) + ":\n" + ran.output());
        return ran.output();
    }

    // --- the new one ---

    private void check(KindredCluster restored, int[] before) {
        int newer = 0;
        try (RespConnection connection = restored.connect(3)) {
            for (int from = 0; from < keys; from += BATCH) {
                int to = Math.min(keys, from + BATCH);
                for (int key = from; key < to; key++) {
                    connection.send("GET", "key" + key);
                }
                for (int key = from; key < to; key++) {
                    newer += isNewer(key, RespConnection.asText(connection.receive()), before[key]) ? 1 : 0;
                }
            }
        }
        System.out.println(newer + " of " + keys + " keys have what was written while the backup was made");
        try (RespConnection connection = restored.connect(2)) {
            checkSpecial(connection);
            checkNothingElse(connection);
        }
    }

    private boolean isNewer(int key, @Nullable String found, int before) {
        String shown = "key" + key + ": " + found + ", acknowledged before the backup: " + before + ", ever sent: "
                + issued.get(key);
        assertTrue(found != null && found.startsWith(key + ".") && found.endsWith(PADDING), shown);
        int number = Integer.parseInt(found.substring(found.indexOf('.') + 1, found.length() - PADDING.length()));
        assertTrue(number >= before && number <= issued.get(key), shown);
        return number > before;
    }

    private static void checkSpecial(RespConnection connection) {
        for (int i = 0; i < SPECIAL; i++) {
            List<?> siblings =
                    (List<?>) connection.list("KIN.GET", "siblings" + i).get(1);
            assertEquals(
                    List.of("left", "right"),
                    siblings.stream()
                            .map(RespConnection::asText)
                            .map(Objects::requireNonNull)
                            .sorted()
                            .toList());
            assertEquals(null, connection.text("GET", "deleted" + i));
            assertEquals(null, connection.text("GET", "expired" + i));
            assertEquals(FAR_MILLIS + i, connection.number("PEXPIRETIME", "deadline" + i));
            assertEquals(i + 1, Long.parseLong(connection.value("GET", "counter" + i)));
            assertEquals(i + 2, connection.number("INCR", "counter" + i));
        }
        connection.call("SELECT", 3);
        assertEquals(1, connection.number("DBSIZE"));
        assertEquals("after the flush", connection.text("GET", "kept"));
        connection.call("SELECT", 0);
    }

    private void checkNothingElse(RespConnection connection) {
        long count = 0;
        String cursor = "0";
        do {
            List<?> page = connection.list("SCAN", cursor, "COUNT", 1_000);
            cursor = Objects.requireNonNull(RespConnection.asText(page.get(0)));
            for (String key : RespConnection.asTexts(page.get(1))) {
                String name = Objects.requireNonNull(key).replaceAll("[0-9]+$", "");
                assertTrue(
                        List.of("key", "siblings", "deadline", "counter").contains(name),
                        "a key that nobody wrote: " + key);
                count++;
            }
        } while (!cursor.equals("0"));
        assertEquals(keys + 3L * SPECIAL, count);
    }
}
