package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** INFO beside that of a real redis-server, and redis-py's reading of it. */
@Tag("tools")
final class RedisInfoIT {
    /** Fields of Redis that are not here, each with the reason. */
    private static final Map<String, String> ABSENT = absent();

    private static Map<String, String> absent() {
        Map<String, String> absent = new TreeMap<>();
        put(absent, "how Redis was built", "redis_git_sha1", "redis_git_dirty", "redis_build_id", "gcc_version");
        put(absent, "how Redis was built", "atomicvar_api", "monotonic_clock");
        put(absent, "the process is a JVM", "executable", "config_file");
        put(absent, "there is no such timer", "hz", "configured_hz", "lru_clock");
        put(absent, "not measured", "client_recent_max_input_buffer", "client_recent_max_output_buffer");
        put(absent, "buffers are pooled", "reply_buffer_shrinks", "reply_buffer_expands");
        return absent;
    }

    private static void put(Map<String, String> absent, String why, String... fields) {
        for (String field : fields) {
            absent.put(field, why);
        }
    }

    /** Section by section: every field of Redis is here in the same one, or stands in the list above. */
    @Test
    void everyFieldOfRedisIsThereOrHasAReason(@TempDir Path dir) throws Exception {
        Map<String, Set<String>> redis;
        try (RealRedis real = RealRedis.started(dir)) {
            redis = sections(real.port(), "default");
            for (String all : List.of("all", "everything")) {
                assertTrue(sections(real.port(), all).keySet().containsAll(Set.of("Commandstats", "Latencystats")));
            }
        }
        Set<String> missing = new TreeSet<>();
        Set<String> idle = new TreeSet<>(ABSENT.keySet());
        try (KindredProcess node = KindredProcess.started(NodeOptions.of("info", dir))) {
            Map<String, Set<String>> own = sections(node.port(), "default");
            redis.forEach((section, fields) -> {
                Set<String> ours = own.getOrDefault(section, Set.of());
                for (String field : fields) {
                    if (!ours.contains(field) && !ABSENT.containsKey(field)) {
                        missing.add(section + ": " + field);
                    } else if (!ours.contains(field)) {
                        idle.remove(field);
                    }
                }
            });
            assertEquals(Set.of(), missing, "INFO lacks what redis-server has");
            assertEquals(Set.of(), idle, "said to be absent, and there, or not of this Redis");
            List<String> order = new ArrayList<>(own.keySet());
            order.remove("Kindred");
            assertEquals(List.copyOf(redis.keySet()), order, "the sections, in their order");
        }
    }

    /** By title, in their order; the database's fields too. */
    private static Map<String, Set<String>> sections(int port, String asked) {
        Program.output("redis-cli", "-p", "" + port, "SET", "k", "v");
        Program.output("redis-cli", "-p", "" + port, "INCR", "k");
        Map<String, Set<String>> sections = new LinkedHashMap<>();
        Set<String> fields = new TreeSet<>();
        for (String line : Program.output("redis-cli", "-p", "" + port, "INFO", asked)
                .lines()
                .toList()) {
            int colon = line.indexOf(':');
            if (line.startsWith("# ")) {
                fields = new TreeSet<>();
                sections.put(line.substring(2).strip(), fields);
            } else if (colon > 0) {
                fields.add(line.substring(0, colon));
                if (line.startsWith("db0:")) {
                    fields.add(line.strip().replaceAll("=[0-9]+", "="));
                }
            }
        }
        return sections;
    }

    /** What the same commands leave of keys and deadlines, in two databases, once what is short has expired. */
    @Test
    void keysAndExpiresAreThoseOfRedis(@TempDir Path dir) throws Exception {
        try (RealRedis real = RealRedis.started(dir);
                KindredProcess node = KindredProcess.started(NodeOptions.of("keyspace", dir))) {
            for (int port : new int[] {real.port(), node.port()}) {
                writeWithDeadlines(port);
            }
            for (int port : new int[] {real.port(), node.port()}) {
                // Redis deletes in its own time what nobody asks for.
                Await.until(
                        "what has expired is not counted",
                        Duration.ofSeconds(20),
                        () -> redisCli(port, "DBSIZE").equals("6"));
                assertEquals("", redisCli(port, "GET", "s1"));
            }
            Map<String, Long> ttls = Map.of("db0", 1_000_000L, "db3", 2_000_000L);
            ttls.forEach((db, ttl) -> {
                List<Long> redis = keyspace(real.port(), db);
                List<Long> own = keyspace(node.port(), db);
                assertEquals(redis.subList(0, 2), own.subList(0, 2), db + ": keys and expires");
                // Redis's is a sliding average of samples, in which keys that are no more have a part: not comparable.
                assertTrue(own.get(2) > ttl - 60_000 && own.get(2) < ttl + ttl / 64, db + ": " + own);
            });
        }
    }

    private static void writeWithDeadlines(int port) {
        for (int i = 0; i < 3; i++) {
            redisCli(port, "SET", "s" + i, "v", "PX", "200");
            redisCli(port, "SET", "l" + i, "v", "EX", "1000");
            redisCli(port, "SET", "k" + i, "v");
            redisCli(port, "-n", "3", "SETEX", "d" + i, "2000", "v");
        }
        redisCli(port, "PERSIST", "l0");
        redisCli(port, "SET", "l1", "over");
        redisCli(port, "EXPIRE", "k1", "1000");
        redisCli(port, "DEL", "k2");
        redisCli(port, "INCR", "n");
        redisCli(port, "EXPIRE", "n", "1000");
        redisCli(port, "INCR", "n");
        redisCli(port, "SET", "s0", "v", "EX", "1000");
        redisCli(port, "PEXPIREAT", "k0", "1");
        redisCli(port, "-n", "3", "SET", "d1", "v", "KEEPTTL");
        redisCli(port, "-n", "3", "PERSIST", "d2");
    }

    private static String redisCli(int port, String... command) {
        List<String> line = new ArrayList<>(List.of("redis-cli", "-p", "" + port));
        line.addAll(List.of(command));
        return Program.output(line.toArray(String[]::new)).strip();
    }

    /** Keys, those that expire, and what is left to these on average. */
    private static List<Long> keyspace(int port, String db) {
        String line = redisCli(port, "INFO", "keyspace")
                .lines()
                .filter(each -> each.startsWith(db + ":"))
                .findFirst()
                .orElseThrow();
        return Stream.of(line.strip().substring(db.length() + 1).split(","))
                .map(field -> Long.parseLong(field.substring(field.indexOf('=') + 1)))
                .toList();
    }

    @Test
    void redisPyReadsInfo(@TempDir Path dir) {
        try (KindredProcess node = KindredProcess.started(NodeOptions.of("py", dir))) {
            Program.output("redis-cli", "-p", "" + node.port(), "SET", "k", "v");
            String script = "import redis; i = redis.Redis(port=" + node.port() + ").info('everything');"
                    + " print(i['db0']['keys'],"
                    + " i['db0']['expires'],"
                    + " i['maxmemory'],"
                    + " i['cmdstat_set']['calls'],"
                    + " i['role'])";
            assertEquals(
                    "1 0 0 1 master",
                    Program.output(ClientPrograms.python(), "-c", script).strip());
        }
    }

    /** A redis-server with an empty directory. */
    private record RealRedis(Process process, int port) implements AutoCloseable {
        static RealRedis started(Path dir) throws Exception {
            int port = FreePorts.next();
            Process process = new ProcessBuilder(
                            "redis-server", "--port", "" + port, "--save", "", "--dir", dir.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            RealRedis redis = new RealRedis(process, port);
            Await.until(
                    "redis-server answers",
                    Duration.ofSeconds(30),
                    () -> Program.ran(null, Map.of(), "redis-cli", "-p", "" + port, "PING")
                            .output()
                            .startsWith("PONG"));
            return redis;
        }

        @Override
        public void close() throws InterruptedException {
            process.destroy();
            process.waitFor();
        }
    }
}
