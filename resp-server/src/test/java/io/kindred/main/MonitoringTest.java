package io.kindred.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** http-port and KIN.HEALTH of a whole node. */
class MonitoringTest {
    private static final Pattern SAMPLE = Pattern.compile(
            "([a-z_][a-zA-Z0-9_]*)(\\{[a-zA-Z_]+=\"[^\"]*\"(,[a-zA-Z_]+=\"[^\"]*\")*\\})? (NaN|[-+]?(Inf|[0-9.eE+-]+))");

    @TempDir
    Path dir;

    private final HttpClient http = HttpClient.newHttpClient();
    private LocalNodes nodes;
    private RespClient client;
    private int httpPort;

    @BeforeEach
    void startNode() throws Exception {
        nodes = new LocalNodes(dir);
        httpPort = freePort();
        Node node = nodes.start("n1", "--http-port", Integer.toString(httpPort));
        client = new RespClient(node.port());
    }

    @AfterEach
    void stopNodes() throws Exception {
        client.close();
        nodes.close();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void latencyHistogramShowsTheCallsOfACommand() throws Exception {
        assertEquals(List.of(), client.list("LATENCY", "HISTOGRAM", "getdel"));
        for (int i = 0; i < 5; i++) {
            client.call("GETDEL", "k");
        }
        List<?> shown = client.list("LATENCY", "HISTOGRAM", "GETDEL", "nothing");
        assertEquals(2, shown.size());
        assertEquals("getdel", shown.get(0));
        List<?> calls = (List<?>) shown.get(1);
        assertEquals(List.of("calls", 5L, "histogram_usec"), calls.subList(0, 3));
        List<?> buckets = (List<?>) calls.get(3);
        assertEquals(5L, buckets.get(buckets.size() - 1));
        assertTrue(client.list("LATENCY", "HISTOGRAM").toString().contains("getdel"));
    }

    @Test
    void metricsHaveEveryDeclaredName() throws Exception {
        client.call("SET", "k", "v");
        client.call("GET", "k");
        client.call("GET", "none");
        client.call("INCR", "k");
        HttpResponse<String> page = get("/metrics");
        assertEquals(200, page.statusCode());
        assertTrue(page.headers().firstValue("content-type").orElse("").startsWith("text/plain"), page.toString());
        Set<String> names = new HashSet<>();
        List<String> wrong = new ArrayList<>();
        for (String line : page.body().split("\n", -1)) {
            Matcher sample = SAMPLE.matcher(line);
            if (sample.matches()) {
                names.add(sample.group(1));
            } else if (!line.isEmpty() && !line.startsWith("# HELP ") && !line.startsWith("# TYPE ")) {
                wrong.add(line);
            }
        }
        assertEquals(List.of(), wrong);
        Set<String> missing = new TreeSet<>(MetricsPage.exportedNames());
        missing.removeAll(names);
        // Of peers, of nodes that hints are kept for: there are none.
        missing.removeIf(name -> name.startsWith("kindred_peer_") || name.startsWith("kindred_hints_for_"));
        assertEquals(Set.of(), missing, page.body());
        assertTrue(page.body().contains("\nkindred_command_calls_total{command=\"get\"} 2.0\n"), page.body());
        assertTrue(
                page.body().contains("kindred_command_latency_seconds_count{command=\"incr\",outcome=\"error\"} 1\n"));
        assertTrue(page.body().contains("\nkindred_cluster_state{state=\"ok\"} 1.0\n"), page.body());
        assertTrue(page.body().contains("\njvm_memory_used_bytes{area=\"heap\"} "), page.body());
    }

    @Test
    void healthIsToldToAllWhoAsk() throws Exception {
        String ok = "{\"node\":\"n1\",\"state\":\"ok\",\"serving\":true,\"reasons\":[]}\n";
        assertEquals(ok, get("/health/ready").body());
        assertEquals(200, get("/health/ready").statusCode());
        assertEquals(ok, get("/health/live").body());
        assertEquals(
                List.of("node", "n1", "state", "ok", "serving", 1L, "reasons", List.of()), client.list("KIN.HEALTH"));
        assertEquals("ok", LocalNodes.info(client, "cluster_state"));
        assertEquals("", LocalNodes.info(client, "cluster_state_reasons"));
    }

    /** Its seed is nobody: it waits to join, and says so. */
    @Test
    void aNodeThatWaitsToJoinIsAliveAndNotReady() throws Exception {
        int other = freePort();
        List<String> lone = List.of("--http-port", Integer.toString(other), "--seeds", "127.0.0.1:" + freePort());
        Node waiting = new Node(nodes.config("n9", lone), level -> {});
        waiting.start();
        try (RespClient asker = new RespClient(waiting.port())) {
            httpPort = other;
            assertEquals(200, get("/health/live").statusCode());
            HttpResponse<String> ready = get("/health/ready");
            assertEquals(503, ready.statusCode());
            assertTrue(ready.body().contains("\"state\":\"loading\",\"serving\":false"), ready.body());
            List<?> health = asker.list("KIN.HEALTH");
            assertEquals(List.of("node", "n9", "state", "loading", "serving", 0L), health.subList(0, 6));
            assertTrue(health.get(7).toString().contains("not_serving: no seed lets it in: "), health.toString());
            assertTrue(get("/metrics").body().contains("\nkindred_serving 0.0\n"));
        } finally {
            waiting.stop();
            waiting.awaitEnd();
        }
    }

    @Test
    void strangeRequestsAreAnsweredInTheirOwnWords() throws Exception {
        assertEquals(404, get("/").statusCode());
        assertTrue(get("/").body().contains("/health/live, /health/ready, /metrics"), get("/").body());
        assertEquals(200, get("/metrics?name=x").statusCode());
        HttpRequest post = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + "/metrics"))
                .POST(HttpRequest.BodyPublishers.ofString("x"))
                .build();
        assertEquals(405, http.send(post, HttpResponse.BodyHandlers.ofString()).statusCode());
        assertTrue(raw("no such thing\r\n\r\n").startsWith("HTTP/1.1 400 "), "not HTTP");
        assertTrue(raw("GET /" + "x".repeat(10_000) + " HTTP/1.1\r\n\r\n").startsWith("HTTP/1.1 400 "), "a long line");
        assertTrue(raw("POST / HTTP/1.1\r\nContent-Length: 999999\r\n\r\n").startsWith("HTTP/1.1 413 "), "a long body");
    }

    private String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), httpPort)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            byte[] start = socket.getInputStream().readNBytes(13);
            return new String(start, StandardCharsets.US_ASCII);
        }
    }

    @Test
    void tooManyConnectionsAreClosedAndTheOthersServed() throws Exception {
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < io.kindred.server.http.HttpPort.CONNECTIONS_MAX; i++) {
                idle.add(new Socket(InetAddress.getLoopbackAddress(), httpPort));
            }
            try (Socket oneTooMany = new Socket(InetAddress.getLoopbackAddress(), httpPort)) {
                oneTooMany.setSoTimeout(10_000);
                assertEquals(-1, oneTooMany.getInputStream().read());
            }
            Socket first = idle.get(0);
            first.getOutputStream().write("GET /health/live HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertEquals("HTTP/1.1 200", new String(first.getInputStream().readNBytes(12), StandardCharsets.US_ASCII));
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
        assertFalse(LocalNodes.info(client, "http_connections_refused").equals("0"));
    }

    @Test
    void statisticsOfCommandsAreAsRedisHasThem() throws Exception {
        client.call("CONFIG", "RESETSTAT");
        client.call("SET", "k", "v");
        client.call("GET", "k");
        client.call("GET", "nothing");
        client.call("MGET", "k", "none", "none2");
        client.call("INCR", "k");
        client.call("GET");
        client.call("NOSUCH");
        String stats = client.text("INFO", "stats");
        assertTrue(stats.contains("\r\nkeyspace_hits:2\r\n"), stats);
        assertTrue(stats.contains("\r\nkeyspace_misses:3\r\n"), stats);
        assertTrue(stats.contains("\r\ntotal_error_replies:3\r\n"), stats);
        assertEquals("# Errorstats\r\nerrorstat_ERR:count=3\r\n", client.text("INFO", "errorstats"));
        String calls = client.text("INFO", "commandstats");
        assertTrue(
                Pattern.compile(
                                "\r\ncmdstat_get:calls=2,usec=[0-9]+,usec_per_call=[0-9]+\\.[0-9]{2},rejected_calls=1,failed_calls=0\r\n")
                        .matcher(calls)
                        .find(),
                calls);
        assertTrue(calls.contains(",rejected_calls=0,failed_calls=1\r\n"), calls);
        assertTrue(calls.contains("\r\ncmdstat_config|resetstat:calls=1,"), calls);
        assertTrue(Pattern.compile("\r\nlatency_percentiles_usec_set:p50=[0-9.]+,p99=[0-9.]+,p99.9=[0-9.]+\r\n")
                .matcher(client.text("INFO", "latencystats"))
                .find());
    }

    @Test
    void sectionsAreChosenAsInRedis() throws Exception {
        String byDefault = client.text("INFO");
        assertFalse(byDefault.contains("# Commandstats"), byDefault);
        assertTrue(byDefault.contains("# Errorstats"), byDefault);
        for (String all : List.of("all", "everything")) {
            String text = client.text("INFO", all);
            assertTrue(text.contains("# Commandstats") && text.contains("# Latencystats"), text);
        }
        assertEquals("# CPU", client.text("INFO", "cpu").lines().findFirst().orElse(""));
        String two = client.text("INFO", "keyspace", "cluster");
        assertEquals("# Cluster\r\ncluster_enabled:0\r\n\r\n# Keyspace\r\n", two);
        assertTrue(client.text("INFO", "default", "commandstats").contains("# Commandstats"));
    }
}
