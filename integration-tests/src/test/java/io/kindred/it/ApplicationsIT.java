package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.distributed.BucketProxy;
import io.github.bucket4j.redis.jedis.Bucket4jJedis;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.RedisClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The libraries that applications put on top of their clients, each at three nodes at the same time. */
@Tag("tools")
final class ApplicationsIT {
    private static final int POINTS = 120;

    private static KindredCluster cluster;
    private static Path installed;
    private static String python;

    @BeforeAll
    static void start(@TempDir Path dir) throws IOException {
        installed = ClientPrograms.installed();
        python = ClientPrograms.python();
        cluster = KindredCluster.ofThree(dir);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    /** Flask-Limiter's, rate-limiter-flexible, and Bucket4j. */
    @Test
    void limitersLetThroughWhatTheyShould() {
        String points = Integer.toString(POINTS);
        assertTrue(ran(List.of(python, "limiter.py", points)).contains("limits ok"));
        assertTrue(ran(List.of("node", "limiter.js", points)).contains("rate-limiter-flexible ok"));
    }

    @Test
    void transactionsOfClientLibrariesAreExact() {
        assertTrue(ran(List.of(python, "transactions.py")).contains("redis-py transactions ok"));
        assertTrue(ran(List.of("node", "transactions.js")).contains("transactions ok"));
    }

    @Test
    void cachesAndSessionsRun() {
        assertTrue(ran(List.of(python, "django-cache.py")).contains("django ok"));
        assertTrue(ran(List.of("node", "cache.js")).contains("cache-manager ok"));
        assertTrue(ran(List.of("php", "sessions.php", "20")).contains("php sessions ok"));
    }

    /** One bucket, of which Jedis and Lettuce take at all nodes. */
    @Test
    void bucket4jLetsThroughWhatItShould() {
        BucketConfiguration configuration = BucketConfiguration.builder()
                .addLimit(limit -> limit.capacity(POINTS).refillIntervally(POINTS, Duration.ofDays(1)))
                .build();
        List<Integer> passed = Crowd.run(2 * cluster.size(), index -> {
            int port = cluster.node(index / 2).port();
            return index % 2 == 0 ? byJedis(port, configuration) : byLettuce(port, configuration);
        });
        assertEquals(POINTS, passed.stream().mapToInt(each -> each).sum(), () -> "passed: " + passed);
    }

    private static int byJedis(int port, BucketConfiguration configuration) {
        try (redis.clients.jedis.RedisClient client = redis.clients.jedis.RedisClient.create("127.0.0.1", port)) {
            return passed(
                    Bucket4jJedis.casBasedBuilder(client).build().builder().build(key(), () -> configuration));
        }
    }

    private static int byLettuce(int port, BucketConfiguration configuration) {
        try (RedisClient client = RedisClient.create("redis://127.0.0.1:" + port)) {
            return passed(
                    Bucket4jLettuce.casBasedBuilder(client).build().builder().build(key(), () -> configuration));
        }
    }

    private static byte[] key() {
        return "bucket4j".getBytes(StandardCharsets.US_ASCII);
    }

    private static int passed(BucketProxy bucket) {
        int passed = 0;
        for (int i = 0; i < POINTS / 3; i++) {
            passed += bucket.tryConsume(1) ? 1 : 0;
        }
        return passed;
    }

    private static String ran(List<String> program) {
        List<String> command = new ArrayList<>(program);
        cluster.nodes().forEach(node -> command.add(Integer.toString(node.port())));
        return Program.ran(installed, Map.of(), command.toArray(new String[0])).succeeded();
    }
}
