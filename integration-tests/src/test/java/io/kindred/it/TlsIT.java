package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.wire.tls.TestCertificates;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.SslVerifyMode;

/** Three nodes that talk in TLS, with each other and with the Java clients. */
final class TlsIT {
    @TempDir
    static Path dir;

    private static TestCertificates made;
    private static KindredCluster cluster;
    private static Path trusted;
    private static Path own;
    private static final List<Integer> TLS_PORTS = new ArrayList<>();

    @BeforeAll
    static void start() {
        made = new TestCertificates(dir).authority("ca").issue("node", "ca").issue("client", "ca");
        trusted = made.store("ca", null);
        own = made.store("client", "client");
        List<NodeOptions> nodes = new ArrayList<>();
        for (String name : List.of("n1", "n2", "n3")) {
            int port = FreePorts.next();
            TLS_PORTS.add(port);
            nodes.add(NodeOptions.of(name, dir, made.directives("node", "ca").toArray(new String[0]))
                    .with("--tls-port", Integer.toString(port), "--tls-cluster", "yes"));
        }
        cluster = KindredCluster.started(nodes, NodeOptions::clusterPort);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static Jedis jedis(int node) {
        redis.clients.jedis.SslOptions options = redis.clients.jedis.SslOptions.builder()
                .sslVerifyMode(SslVerifyMode.CA)
                .truststore(trusted.toFile(), TestCertificates.PASSWORD.toCharArray())
                .trustStoreType("PKCS12")
                .keystore(own.toFile(), TestCertificates.PASSWORD.toCharArray())
                .keyStoreType("PKCS12")
                .build();
        return new Jedis(
                new HostAndPort("127.0.0.1", TLS_PORTS.get(node)),
                DefaultJedisClientConfig.builder()
                        .ssl(true)
                        .sslOptions(options)
                        .timeoutMillis(RespConnection.TIMEOUT_MILLIS)
                        .build());
    }

    @Test
    void jedisAndLettuceSpeakTls() throws Exception {
        try (Jedis jedis = jedis(0)) {
            assertEquals("OK", jedis.set("tls:k", "v"));
        }
        io.lettuce.core.RedisClient client = io.lettuce.core.RedisClient.create();
        try {
            client.setOptions(io.lettuce.core.ClientOptions.builder()
                    .sslOptions(SslOptions.builder()
                            .trustManager(made.crt("ca").toFile())
                            .keyManager(
                                    made.crt("client").toFile(),
                                    made.key("client").toFile(),
                                    new char[0])
                            .build())
                    .build());
            RedisURI uri = RedisURI.Builder.redis("127.0.0.1", TLS_PORTS.get(2))
                    .withSsl(true)
                    .build();
            try (StatefulRedisConnection<String, String> connection = client.connect(uri)) {
                assertEquals("v", connection.sync().get("tls:k"));
                List<java.util.concurrent.Future<Long>> counts = new ArrayList<>();
                for (int i = 0; i < 500; i++) {
                    counts.add(connection.async().incr("tls:n"));
                }
                assertEquals(500L, counts.get(499).get());
            }
        } finally {
            client.shutdown();
        }
    }

    @Test
    void aClusterInTlsSurvivesAKill() {
        cluster.info("tls_peer_handshakes").forEach((node, count) -> assertTrue(count >= 4, node + ": " + count));
        try (RespConnection first = cluster.connect(0)) {
            for (int i = 0; i < 200; i++) {
                assertEquals("OK", first.text("SET", "kill:" + i, "v" + i));
            }
        }
        cluster.node(2).kill();
        try (RespConnection second = cluster.connect(1)) {
            for (int i = 0; i < 200; i++) {
                assertEquals("v" + i, second.text("GET", "kill:" + i));
                assertEquals("OK", second.text("SET", "kill:" + i, "w" + i));
            }
        }
        cluster.node(2).restart();
        cluster.awaitWhole();
        cluster.awaitNoHints(Duration.ofSeconds(60));
        try (RespConnection third = cluster.connect(2)) {
            for (int i = 0; i < 200; i++) {
                assertEquals("w" + i, third.text("GET", "kill:" + i));
            }
        }
    }

    /** Old connections go on, and new ones are made all the time, while all nodes change their certificate several times. */
    @Test
    void certificatesChangeUnderLoadWithoutAnError() throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        AtomicLong done = new AtomicLong();
        List<Throwable> errors = java.util.Collections.synchronizedList(new ArrayList<>());
        List<Thread> load = new ArrayList<>();
        for (int n = 0; n < 3; n++) {
            int node = n;
            load.add(new Thread(() -> write(node, true, ended, done, errors)));
            load.add(new Thread(() -> write(node, false, ended, done, errors)));
        }
        load.forEach(Thread::start);
        try {
            for (int round = 1; round <= 3; round++) {
                String name = "node" + round;
                made.issue(name, "ca");
                for (KindredProcess node : cluster.nodes()) {
                    long before = done.get();
                    try (RespConnection connection = node.connect()) {
                        assertEquals(
                                "OK",
                                connection.text(
                                        "CONFIG",
                                        "SET",
                                        "tls-cert-file",
                                        made.crt(name).toString(),
                                        "tls-key-file",
                                        made.key(name).toString()));
                    }
                    Await.until("writes go on", Duration.ofSeconds(60), () -> done.get() > before + 50);
                }
            }
        } finally {
            ended.set(true);
            for (Thread thread : load) {
                thread.join();
            }
        }
        assertEquals(List.of(), errors);
        assertTrue(cluster.info("tls_reloads").values().stream().allMatch(count -> count >= 3));
        assertTrue(cluster.info("members_up").values().stream().allMatch(count -> count == 3));
    }

    private static void write(int node, boolean anew, AtomicBoolean ended, AtomicLong done, List<Throwable> errors) {
        Jedis jedis = jedis(node);
        try {
            for (int i = 0; !ended.get(); i++) {
                if (anew) {
                    jedis.close();
                    jedis = jedis(node);
                }
                String key = "reload:" + node + ":" + anew;
                jedis.set(key, "" + i);
                if (!("" + i).equals(jedis.get(key))) {
                    throw new AssertionError("read " + jedis.get(key) + " after " + i);
                }
                done.incrementAndGet();
            }
        } catch (Throwable e) {
            errors.add(e);
        } finally {
            jedis.close();
        }
    }
}
