package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What clients can make a node hold: long pipelines of large values, pipelines that are written whole before a reply is
 * read, and readers that are slow, against three nodes with a small heap. Nothing stands still, no node ends, no reply is
 * an error but OOM, no client is closed but one whose replies are past their limit, and in the end nothing waits.
 */
final class BytesScenario implements AutoCloseable {
    private static final int VALUE_BYTES = 1 << 20;
    private static final int KEYS = 50;
    private static final Duration SILENCE_MAX = Duration.ofSeconds(60);
    private static final Duration BACK_WITHIN = Duration.ofSeconds(60);
    /** The flags of bin/kindred-server, with the heap that the test is about. */
    private static final String[] JVM = {
        "-Xmx512m", "-XX:G1HeapRegionSize=4m", "-XX:+UseG1GC", "-XX:+PerfDisableSharedMem", SharedClasses.flag()
    };

    private final KindredCluster cluster;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final byte[] value = new byte[VALUE_BYTES];

    BytesScenario(Path dir, String... directives) {
        new Random(1).nextBytes(value);
        List<NodeOptions> nodes = new ArrayList<>();
        for (String name : List.of("n1", "n2", "n3")) {
            nodes.add(NodeOptions.of(name, dir, directives).withJvm(JVM));
        }
        cluster = KindredCluster.started(nodes, NodeOptions::clusterPort);
    }

    /** Clients that pipeline SETs of a megabyte at one node. */
    void setsOfLargeValues(int clients, int setsEach) throws Exception {
        long begun = System.nanoTime();
        List<Callable<Map<String, Integer>>> tasks = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            int number = i;
            tasks.add(() -> sets(number, setsEach));
        }
        Map<String, Integer> kinds = sum(tasks);
        print("SET of 1 MB", clients + " clients", clients * setsEach, (long) clients * setsEach * VALUE_BYTES, begun);
        onlyOomBeside(kinds, "OK", clients * setsEach);
        noneClosed();
    }

    private Map<String, Integer> sets(int client, int count) throws Exception {
        try (PipelineClient connection = new PipelineClient(cluster.node(0), SILENCE_MAX)) {
            Future<?> writer = threads.submit(() -> {
                for (int i = 0; i < count; i++) {
                    connection.write(RespConnection.encode("SET", key((client * 7 + i) % KEYS), value));
                }
            });
            connection.read(count);
            writer.get();
            return connection.kinds();
        }
    }

    /** GETs of a megabyte, all written before the first reply is read. */
    void getsOfLargeValues(int clients, int getsEach) throws Exception {
        fill();
        long begun = System.nanoTime();
        List<Callable<Map<String, Integer>>> tasks = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            int number = i;
            tasks.add(() -> {
                try (PipelineClient connection =
                        new PipelineClient(cluster.node(number % cluster.size()), SILENCE_MAX)) {
                    connection.write(gets(getsEach));
                    connection.read(getsEach);
                    return connection.kinds();
                }
            });
        }
        Map<String, Integer> kinds = sum(tasks);
        print("GET of 1 MB", clients + " clients", clients * getsEach, (long) clients * getsEach * VALUE_BYTES, begun);
        onlyOomBeside(kinds, "$" + VALUE_BYTES, clients * getsEach);
        noneClosed();
    }

    /** As redis-py, Jedis and predis do: the whole pipeline is written before the first reply is read. */
    void pipelinesThatAreWrittenWhole(int gets, int echoes) throws Exception {
        String text = "x".repeat(400);
        wholePipeline("GET of nothing", "GET nothing\r\n", gets, "$-1");
        wholePipeline("ECHO of 400 bytes", "*2\r\n$4\r\nECHO\r\n$400\r\n" + text + "\r\n", echoes, "$" + text.length());
        try (RespConnection connection = cluster.connect(0)) {
            connection.text("SET", "small", "x".repeat(100));
        }
        wholePipeline("GET of 100 bytes", "GET small\r\n", gets, "$100");
        noneClosed();
    }

    private void wholePipeline(String what, String command, int count, String reply) throws IOException {
        byte[] all = command.repeat(count).getBytes(StandardCharsets.US_ASCII);
        long begun = System.nanoTime();
        try (PipelineClient connection = new PipelineClient(cluster.node(0), SILENCE_MAX)) {
            connection.write(all);
            connection.read(count);
            print(what, "written whole", count, connection.bytesRead(), begun);
            assertEquals(Map.of(reply, count), connection.kinds());
        }
    }

    /** Readers of large values that take their replies slowly, while another client goes on. */
    void slowReaders(int readers, int getsEach, Duration time) throws Exception {
        fill();
        AtomicBoolean ended = new AtomicBoolean();
        long begun = System.nanoTime();
        List<Future<Long>> reading = new ArrayList<>();
        for (int i = 0; i < readers; i++) {
            reading.add(threads.submit(() -> slowReader(getsEach, ended)));
        }
        long slowest = 0;
        int calls = 0;
        try (RespConnection other = cluster.connect(0)) {
            while (System.nanoTime() - begun < time.toNanos()) {
                long sent = System.nanoTime();
                assertEquals("OK", other.text("SET", "beside", "value"));
                assertEquals("value", other.text("GET", "beside"));
                slowest = Math.max(slowest, System.nanoTime() - sent);
                calls++;
            }
        }
        ended.set(true);
        long bytes = 0;
        int closed = 0;
        for (Future<Long> reader : reading) {
            long read = reader.get();
            bytes += Math.abs(read);
            closed += read < 0 ? 1 : 0;
        }
        print("slow GET of 1 MB", readers + " readers", (int) (bytes / VALUE_BYTES), bytes, begun);
        System.out.printf(
                "  beside them: %d calls, the slowest %d ms; %d readers were closed%n",
                calls, slowest / 1_000_000, closed);
        assertTrue(bytes >= readers * (long) VALUE_BYTES, "the readers got " + bytes + " bytes");
        assertEquals(closed, closedForOutput(), "closed readers are past their limit, and counted");
    }

    /** Gives the bytes that it read, negative where the server closed it. */
    private long slowReader(int gets, AtomicBoolean ended) {
        try (PipelineClient connection = new PipelineClient(cluster.node(0), SILENCE_MAX)) {
            connection.write(gets(gets));
            for (int i = 0; i < gets && !ended.get(); i++) {
                try {
                    connection.read(1);
                } catch (SocketTimeoutException e) {
                    throw new AssertionError("no byte for " + SILENCE_MAX, e);
                } catch (IOException e) {
                    return -connection.bytesRead();
                }
                Await.last(Duration.ofMillis(300));
            }
            return connection.bytesRead();
        }
    }

    /** No node holds anything for a client or another node any more, and none has ended. */
    void nothingWaits() {
        for (KindredProcess node : cluster.nodes()) {
            assertTrue(node.isAlive(), node.name() + " has ended");
            try (RespConnection connection = node.connect()) {
                // The one command in flight is this INFO.
                Await.until(
                        node.name() + " holds nothing: " + waiting(connection),
                        BACK_WITHIN,
                        () -> waiting(connection).values().stream().allMatch(bytes -> bytes < 4096));
                Info info = Info.of(connection);
                System.out.printf(
                        "  %s: waited at most %s bytes, heap used %s, resident %s, write_holds %s, refused for room %s%n",
                        node.name(),
                        info.text("waiting_bytes_peak"),
                        info.text("heap_used"),
                        info.text("used_memory_rss"),
                        info.text("write_holds"),
                        info.text("writes_refused_for_room"));
            }
        }
    }

    private static Map<String, Long> waiting(RespConnection connection) {
        Info info = Info.of(connection);
        Map<String, Long> waiting = new TreeMap<>();
        for (String field :
                List.of("waiting_bytes", "peer_writes_waiting_bytes", "writes_under_way_bytes", "clients_waiting")) {
            waiting.put(field, info.number(field));
        }
        return waiting;
    }

    private void fill() {
        try (RespConnection connection = cluster.connect(0)) {
            for (int i = 0; i < KEYS; i++) {
                assertEquals("OK", connection.text("SET", key(i), value));
            }
        }
    }

    private static byte[] gets(int count) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < count; i++) {
            all.append("GET ").append(key(i % KEYS)).append("\r\n");
        }
        return all.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static String key(int number) {
        return "large:" + number;
    }

    private Map<String, Integer> sum(List<Callable<Map<String, Integer>>> tasks)
            throws InterruptedException, ExecutionException {
        Map<String, Integer> all = new TreeMap<>();
        for (Future<Map<String, Integer>> each : threads.invokeAll(tasks)) {
            each.get().forEach((kind, count) -> all.merge(kind, count, Integer::sum));
        }
        return all;
    }

    private static void onlyOomBeside(Map<String, Integer> kinds, String expected, int count) {
        System.out.println("  replies " + kinds);
        int good = kinds.getOrDefault(expected, 0);
        int refused = kinds.getOrDefault("OOM", 0);
        assertEquals(count, good + refused, () -> "errors that are not OOM: " + kinds);
        assertTrue(good > 0, () -> "no success: " + kinds);
    }

    private void noneClosed() {
        assertEquals(0, closedForOutput(), "clients that were closed");
    }

    private long closedForOutput() {
        long closed = 0;
        for (KindredProcess node : cluster.nodes()) {
            try (RespConnection connection = node.connect()) {
                Info info = Info.of(connection, "stats");
                closed += info.number("client_output_buffer_limit_disconnections")
                        + info.number("clients_closed_stuck")
                        + info.number("clients_closed_choked");
            }
        }
        return closed;
    }

    private static void print(String what, String how, int count, long bytes, long begunNanos) {
        double seconds = (System.nanoTime() - begunNanos) / 1e9;
        System.out.printf(
                "%s, %s: %d in %.1f s, %.0f a second, %.1f MB a second%n",
                what, how, count, seconds, count / seconds, bytes / seconds / (1 << 20));
    }

    @Override
    public void close() {
        threads.shutdownNow();
        cluster.close();
    }
}
