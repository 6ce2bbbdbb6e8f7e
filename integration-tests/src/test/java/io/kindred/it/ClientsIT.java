package io.kindred.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.params.SetParams;
import redis.clients.jedis.resps.ScanResult;

/** The Java clients as applications use them, against one node and against a cluster. */
final class ClientsIT {
    private static KindredProcess single;
    private static KindredCluster cluster;

    @BeforeAll
    static void start(@TempDir Path dir) {
        single = KindredProcess.started(NodeOptions.of("single", dir));
        cluster = KindredCluster.ofThree(dir);
    }

    @AfterAll
    static void stop() {
        single.close();
        cluster.close();
    }

    /** Where the client writes, and where what it wrote is read: the same node, or another of the ring. */
    private record Place(int writePort, int readPort) {
        static Place of(String system) {
            return system.equals("node")
                    ? new Place(single.port(), single.port())
                    : new Place(cluster.node(0).port(), cluster.node(2).port());
        }
    }

    @ParameterizedTest
    @CsvSource({"node,RESP2", "node,RESP3", "cluster,RESP2", "cluster,RESP3"})
    void jedisRuns(String system, RedisProtocol protocol) {
        Place place = Place.of(system);
        try (RedisClient writer = jedis(place.writePort(), protocol);
                RedisClient reader = jedis(place.readPort(), protocol)) {
            String tag = "jedis:" + protocol + ":";
            assertEquals("PONG", writer.ping());
            assertEquals("OK", writer.set(tag + "k", "v"));
            assertEquals("v", reader.get(tag + "k"));
            assertNull(writer.set(tag + "k", "w", SetParams.setParams().nx()));
            assertEquals("v", writer.setGet(tag + "k", "w"));
            assertEquals(1, writer.expire(tag + "k", 100));
            assertTrue(reader.ttl(tag + "k") > 90);
            assertEquals(6, writer.incrBy(tag + "n", 6));
            assertEquals(6.5, writer.incrByFloat(tag + "n", 0.5));
            assertEquals("OK", writer.mset(tag + "a", "1", tag + "b", "2"));
            assertEquals(List.of("1", "2"), reader.mget(tag + "a", tag + "b"));
            byte[] binary = {0, '\r', '\n', (byte) 0xff};
            writer.set((tag + "bin").getBytes(UTF_8), binary);
            assertArrayEquals(binary, reader.get((tag + "bin").getBytes(UTF_8)));
            assertEquals(2, writer.del(tag + "a", tag + "b"));
            assertEquals(
                    new TreeSet<>(List.of(tag + "bin", tag + "k", tag + "n")), new TreeSet<>(jedisScan(reader, tag)));
            jedisPipeline(writer, tag);
        }
    }

    private static RedisClient jedis(int port, RedisProtocol protocol) {
        return RedisClient.builder()
                .hostAndPort(new HostAndPort("127.0.0.1", port))
                .clientConfig(DefaultJedisClientConfig.builder()
                        .protocol(protocol)
                        .timeoutMillis(RespConnection.TIMEOUT_MILLIS)
                        .build())
                .build();
    }

    private static List<String> jedisScan(RedisClient client, String tag) {
        List<String> keys = new ArrayList<>();
        String cursor = ScanParams.SCAN_POINTER_START;
        do {
            ScanResult<String> page =
                    client.scan(cursor, new ScanParams().match(tag + "*").count(50));
            keys.addAll(page.getResult());
            cursor = page.getCursor();
        } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
        return keys;
    }

    private static void jedisPipeline(RedisClient client, String tag) {
        try (Pipeline pipeline = client.pipelined()) {
            List<Response<Long>> counts = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                counts.add(pipeline.incr(tag + "pipelined"));
            }
            pipeline.sync();
            assertEquals(500L, counts.get(499).get());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"node", "cluster"})
    void lettuceRunsWithItsDefaults(String system) throws Exception {
        Place place = Place.of(system);
        io.lettuce.core.RedisClient client = io.lettuce.core.RedisClient.create();
        try (StatefulRedisConnection<String, String> writing = client.connect(uri(place.writePort()));
                StatefulRedisConnection<String, String> reading = client.connect(uri(place.readPort()))) {
            RedisCommands<String, String> writer = writing.sync();
            RedisCommands<String, String> reader = reading.sync();
            assertEquals("PONG", writer.ping());
            assertEquals("OK", writer.set("lettuce:k", "v"));
            assertEquals("v", reader.get("lettuce:k"));
            assertNull(writer.set("lettuce:k", "w", SetArgs.Builder.nx()));
            assertEquals("OK", writer.set("lettuce:k", "w", SetArgs.Builder.xx().ex(100)));
            assertTrue(reader.ttl("lettuce:k") > 90);
            assertEquals(1, writer.incr("lettuce:n"));
            assertEquals("OK", writer.mset(java.util.Map.of("lettuce:a", "1", "lettuce:b", "2")));
            List<KeyValue<String, String>> values = reader.mget("lettuce:a", "lettuce:none", "lettuce:b");
            assertEquals("2", values.get(2).getValue());
            assertTrue(!values.get(1).hasValue());
            TreeSet<String> scanned = new TreeSet<>();
            KeyScanCursor<String> page = reader.scan(ScanArgs.Builder.matches("lettuce:*"));
            scanned.addAll(page.getKeys());
            while (!page.isFinished()) {
                page = reader.scan(page, ScanArgs.Builder.matches("lettuce:*"));
                scanned.addAll(page.getKeys());
            }
            assertEquals(new TreeSet<>(List.of("lettuce:a", "lettuce:b", "lettuce:k", "lettuce:n")), scanned);
            lettucePipelines(writing);
        } finally {
            client.shutdown();
        }
    }

    private static RedisURI uri(int port) {
        return RedisURI.create("redis://127.0.0.1:" + port);
    }

    private static void lettucePipelines(StatefulRedisConnection<String, String> connection) throws Exception {
        List<java.util.concurrent.Future<Long>> counts = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            counts.add(connection.async().incr("lettuce:pipelined"));
        }
        assertEquals(500L, counts.get(499).get());
        connection.sync().del("lettuce:pipelined");
    }
}
