package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** redis-cli and redis-benchmark against one node and against a cluster. */
@Tag("tools")
final class RedisToolsIT {
    private static KindredProcess single;
    private static KindredCluster cluster;

    @BeforeAll
    static void start(@TempDir Path dir) {
        single = KindredProcess.started(NodeOptions.of("single", dir));
        cluster = KindredCluster.started(dir, List.of("sx", "sy", "sz"));
    }

    @AfterAll
    static void stop() {
        single.close();
        cluster.close();
    }

    /** Output without the last line break. */
    private static String cli(KindredProcess node, String... arguments) {
        List<String> command = new ArrayList<>(List.of("redis-cli", "-p", Integer.toString(node.port())));
        command.addAll(List.of(arguments));
        return Program.output(command.toArray(String[]::new)).stripTrailing();
    }

    private static List<KindredProcess> system(String name) {
        return name.equals("node") ? List.of(single) : cluster.nodes();
    }

    @ParameterizedTest
    @CsvSource({"node,-2", "node,-3", "cluster,-2", "cluster,-3"})
    void redisCliRuns(String system, String protocol) {
        List<KindredProcess> nodes = system(system);
        KindredProcess first = nodes.get(0);
        KindredProcess last = nodes.get(nodes.size() - 1);
        assertEquals("PONG", cli(first, protocol, "PING"));
        assertEquals("OK", cli(first, protocol, "SET", "k", "v"));
        assertEquals("v", cli(last, protocol, "GET", "k"));
        assertEquals("", cli(last, protocol, "GET", "nothing"));
        assertEquals("OK", cli(first, protocol, "MSET", "a", "1", "b", "2"));
        assertEquals("1\n2", cli(last, protocol, "MGET", "a", "b"));
        assertEquals("2", cli(first, protocol, "INCR", "a"));
        assertTrue(cli(first, protocol, "INCR", "k").startsWith("ERR value is not an integer"));
        assertTrue(cli(first, protocol, "INFO").contains("redis_mode:standalone"));
        assertTrue(cli(first, protocol, "COMMAND", "DOCS", "get").contains("summary"));
        assertTrue(cli(first, protocol, "CONFIG", "GET", "appendfsync").contains("everysec"));
        assertTrue(new TreeSet<>(cli(last, protocol, "--scan").lines().toList()).containsAll(List.of("a", "b", "k")));
        assertEquals("3", cli(last, protocol, "DEL", "a", "b", "k"));
    }

    /** What redis-server has, a configuration file of it may have. */
    @Test
    void everyDirectiveOfRedisIsKnown(@TempDir Path dir) throws Exception {
        try (RealRedis redis = new RealRedis(dir)) {
            List<String> redisHas = names(redis.cli("CONFIG", "GET", "*"));
            List<String> missing = new ArrayList<>(redisHas);
            missing.removeAll(names(cli(single, "CONFIG", "GET", "*")));
            assertTrue(redisHas.size() > 150, () -> "" + redisHas);
            assertEquals(List.of(), missing);
        }
    }

    /** Clients and gates go by them. */
    @Test
    void commandsHaveTheArityAndFlagsOfRedis(@TempDir Path dir) throws Exception {
        try (RealRedis redis = new RealRedis(dir);
                RespConnection there = new RespConnection("127.0.0.1", redis.port());
                RespConnection here = single.connect()) {
            Map<String, String> theirs = flags(there.list("COMMAND"));
            Map<String, String> ours = flags(here.list("COMMAND"));
            ours.keySet().retainAll(theirs.keySet());
            theirs.keySet().retainAll(ours.keySet());
            assertTrue(ours.size() > 90, () -> "" + ours.keySet());
            assertEquals(theirs, ours);
        }
    }

    /** Arity and flags by name; those of subcommands too. */
    private static Map<String, String> flags(List<?> rows) {
        Map<String, String> flags = new TreeMap<>();
        for (Object row : rows) {
            List<?> columns = (List<?>) row;
            String name = RespConnection.asTexts(columns.subList(0, 1)).get(0);
            flags.put(name, columns.get(1) + " " + new TreeSet<>(RespConnection.asTexts(columns.get(2))));
            flags.putAll(flags((List<?>) columns.get(9)));
        }
        return flags;
    }

    @Test
    void redisCliExplainsCommands() {
        String set = cli(single, "help", "set");
        assertTrue(set.contains("key value [NX|XX] [GET] [EX seconds|PX milliseconds|EXAT "), set);
        String put = cli(single, "help", "kin.put");
        assertTrue(put.contains("key context value [EX seconds|") && put.contains("[W replicas]"), put);
    }

    @Test
    void redisCliAsksWhatToolsAsk() {
        assertEquals("OK", cli(single, "SET", "saved", "v"));
        long before = Long.parseLong(cli(single, "LASTSAVE"));
        assertEquals("OK", cli(single, "SAVE"));
        assertTrue(Long.parseLong(cli(single, "LASTSAVE")) >= before);
        assertEquals("v", cli(single, "GET", "saved"));
        assertTrue(cli(single, "BGSAVE").startsWith("Background saving started"));
        assertEquals("master\n0", cli(single, "ROLE"));
        assertEquals("OK", cli(single, "CONFIG", "SET", "slowlog-log-slower-than", "0"));
        assertEquals("v", cli(single, "GET", "saved"));
        assertTrue(cli(single, "SLOWLOG", "GET", "1").contains("GET"));
        assertEquals("OK", cli(single, "CONFIG", "SET", "slowlog-log-slower-than", "10000"));
        assertEquals("OK", cli(single, "SLOWLOG", "RESET"));
        assertTrue(cli(single, "LATENCY", "DOCTOR").contains("latency-monitor-threshold"));
        assertTrue(Long.parseLong(cli(single, "OBJECT", "IDLETIME", "saved")) < 60);
        assertEquals("1", cli(single, "DEL", "saved"));
    }

    /** A redis-server of this machine. */
    private static final class RealRedis implements AutoCloseable {
        private final int port = FreePorts.next();
        private final Process process;

        RealRedis(Path dir) throws Exception {
            process = new ProcessBuilder(
                            "redis-server", "--port", Integer.toString(port), "--save", "", "--dir", dir.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            Await.until(
                    "redis-server answers",
                    Duration.ofSeconds(20),
                    () -> Program.ran(null, Map.of(), "redis-cli", "-p", Integer.toString(port), "PING")
                            .output()
                            .startsWith("PONG"));
        }

        int port() {
            return port;
        }

        String cli(String... arguments) {
            List<String> command = new ArrayList<>(List.of("redis-cli", "-p", Integer.toString(port)));
            command.addAll(List.of(arguments));
            return Program.output(command.toArray(String[]::new));
        }

        @Override
        public void close() throws Exception {
            process.destroy();
            process.waitFor();
        }
    }

    /** Every other line. */
    private static List<String> names(String configuration) {
        List<String> lines = configuration.lines().toList();
        List<String> names = new ArrayList<>();
        for (int at = 0; at < lines.size(); at += 2) {
            names.add(lines.get(at));
        }
        return names;
    }

    /** The walk of the Dynamo paper's figure 3, as a person would do it. */
    @Test
    void theTextbookWalkThroughRedisCliAlone() {
        KindredProcess sx = cluster.node(0);
        KindredProcess sy = cluster.node(1);
        KindredProcess sz = cluster.node(2);
        String first = cli(sx, "KIN.PUT", "cart", "", "D1");
        assertEquals("sx\n1", cli(sx, "KIN.CLOCK", "cart"));
        String second = cli(sx, "KIN.PUT", "cart", first, "D2");
        assertEquals("sx\n2", cli(sx, "KIN.CLOCK", "cart"));
        cli(sy, "KIN.PUT", "cart", second, "D3");
        cli(sz, "KIN.PUT", "cart", second, "D4");
        List<String> both = cli(sy, "KIN.GET", "cart", "R", "3").lines().toList();
        assertEquals(new TreeSet<>(List.of("D3", "D4")), new TreeSet<>(both.subList(1, both.size())));
        String siblings = cli(sx, "KIN.SIBLINGS", "cart", "R", "3");
        assertTrue(siblings.contains("sy:1") && siblings.contains("sz:1"), siblings);
        assertEquals("sx\n2\nsy\n1\nsz\n1", cli(sz, "KIN.CLOCK", "cart", "R", "3"));
        cli(sx, "KIN.PUT", "cart", both.get(0), "D5");
        assertEquals("sx\n3\nsy\n1\nsz\n1", cli(sx, "KIN.CLOCK", "cart"));
        assertEquals("D5", cli(sz, "GET", "cart"));
        assertEquals(2, cli(sz, "KIN.GET", "cart").lines().count());
    }

    @ParameterizedTest
    @ValueSource(strings = {"node", "cluster"})
    void redisBenchmarkRuns(String system) {
        String port = Integer.toString(system(system).get(0).port());
        for (String protocol : List.of("-P", "-3")) {
            List<String> command = new ArrayList<>(List.of("redis-benchmark", "-p", port, "-t", "set,get,incr,mset"));
            command.addAll(List.of("-n", "20000", "-r", "1000", "-c", "50", "--csv", "-P", "16"));
            if (protocol.equals("-3")) {
                command.add("-3");
            }
            String report = Program.output(command.toArray(String[]::new));
            for (String test : List.of("\"SET\"", "\"GET\"", "\"INCR\"", "\"MSET (10 keys)\"")) {
                assertTrue(report.contains(test), report);
            }
            assertTrue(!report.toLowerCase(java.util.Locale.ROOT).contains("err"), report);
        }
        String simple = Program.output("redis-benchmark", "-p", port, "-t", "set,get", "-n", "5000", "--csv");
        assertTrue(simple.contains("\"GET\""), simple);
    }
}
