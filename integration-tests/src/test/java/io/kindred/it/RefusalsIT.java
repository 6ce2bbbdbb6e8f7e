package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a node must not do, it refuses at its start, in words that name what is wrong. */
final class RefusalsIT {
    private static final Duration REFUSED_WITHIN = Duration.ofSeconds(30);

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path dir;

    @ParameterizedTest
    @CsvSource({
        "--no-such-directive,1,no-such-directive",
        "--port,notaport,port",
        "--appendfsync,sometimes,appendfsync",
        "--replication-n,0,replication-n",
        "--max-value-bytes,-5,max-value-bytes",
        "--bind,0.0.0.0,requirepass",
    })
    void aBadDirectiveIsNamed(String directive, String value, String named) {
        String log = refused(NodeOptions.of("n1", dir, directive, value));
        assertTrue(log.contains("FATAL CONFIG FILE ERROR"), log);
        assertTrue(log.contains(named), log);
    }

    @Test
    void nodesOnAnOpenAddressNeedASecret() {
        String log = refused(NodeOptions.of("n1", dir, "--bind", "0.0.0.0", "--requirepass", "p"));
        // Before anything is touched; the transport would refuse it later.
        assertTrue(log.contains("FATAL CONFIG FILE ERROR") && log.contains("cluster-secret"), log);
    }

    @Test
    void aDataDirectoryTakesOneProcess() {
        NodeOptions options = NodeOptions.of("n1", dir);
        try (KindredProcess first = KindredProcess.started(options)) {
            NodeOptions second = options.onPorts(FreePorts.next(), FreePorts.next());
            String log = refused(second);
            assertTrue(log.contains("in use"), log);
            assertTrue(first.isAlive());
        }
    }

    @Test
    void anotherNodesDataDirectoryIsRefused() {
        try (KindredProcess first = KindredProcess.started(NodeOptions.of("n1", dir))) {
            assertEquals(0, first.terminate());
        }
        // The last of two directives of one name counts.
        String log = refused(NodeOptions.of("n1", dir, "--node-name", "n2"));
        assertTrue(log.contains("n1") && log.contains("n2"), log);
    }

    @Test
    void aTakenPortIsSaid() {
        try (KindredProcess first = KindredProcess.started(NodeOptions.of("n1", dir))) {
            String log = refused(NodeOptions.of("n2", dir).onPorts(first.port(), FreePorts.next()));
            assertTrue(log.contains("listening socket 127.0.0.1:" + first.port() + ": "), log);
        }
    }

    /** What a node is started with that may not join, and what it says. */
    @ParameterizedTest
    @CsvSource({
        "--cluster-secret,wrong,cluster-secret differs",
        "--ring-partitions,64,cluster settings differ",
        "--node-name,n1,two nodes are named n1",
        "--node-name,n2,another node of this cluster is named n2",
        "--seeds,127.0.0.1:1,seeds names the host and cluster-port of nodes that run",
    })
    void aNodeThatCannotJoinSaysWhyAndAnswersWhatItCan(String directive, String value, String why) throws Exception {
        String secret = "right";
        NodeOptions options = NodeOptions.of("n1", dir, "--cluster-secret", secret);
        String seeds = "127.0.0.1:" + options.clusterPort();
        try (KindredProcess first = KindredProcess.started(options);
                RespConnection member = first.connect();
                KindredProcess second = KindredProcess.started(
                        NodeOptions.of("n2", dir, "--cluster-secret", secret, "--seeds", seeds));
                // The last of two directives of one name counts.
                KindredProcess outsider = KindredProcess.launched(NodeOptions.of(
                        "n3",
                        dir,
                        "--cluster-secret",
                        secret,
                        "--seeds",
                        seeds,
                        "--requirepass",
                        "open sesame",
                        directive,
                        value))) {
            Await.until("the outsider says why", REFUSED_WITHIN, () -> {
                try (RespConnection outside = outsider.connect()) {
                    return "OK".equals(outside.text("AUTH", "open sesame"))
                            && outside.error("PING").line().contains(why);
                }
            });
            try (RespConnection outside = outsider.connect()) {
                assertEquals("NOAUTH", outside.error("GET", "k").code());
                assertEquals("NOAUTH", outside.error("KIN.REPLACE", "n9").code());
                assertEquals("OK", outside.text("AUTH", "open sesame"));
                assertTrue(outside.value("INFO").contains("loading:1"));
                assertTrue(outside.number("COMMAND", "COUNT") > 50);
                assertEquals(List.of("requirepass", "(hidden)"), outside.texts("CONFIG", "GET", "requirepass"));
                assertEquals(List.of("cluster-secret", "(hidden)"), outside.texts("CONFIG", "GET", "cluster-secret"));
                for (String looks : List.of("KIN.MEMBERS", "KIN.RING", "KIN.REPLICAS k", "KIN.HELP")) {
                    assertEquals("", errorOf(outside, looks), looks);
                }
                assertEquals("LOADING", outside.error("SET", "k", "v").code());
                assertEquals("OK", outside.text("KIN.REPLACE", "n9"));
            }
            assertEquals(Map.of("n1", "up", "n2", "up"), KindredCluster.members(member));
        }
    }

    @Test
    void aPasswordIsAskedFor() {
        try (KindredProcess node = KindredProcess.launched(NodeOptions.of("n1", dir, "--requirepass", "open sesame"))) {
            // The password is asked for, and taken, before the node serves.
            Await.until("a wrong password is refused", REFUSED_WITHIN, () -> {
                try (RespConnection connection = node.connect()) {
                    return connection.error("AUTH", "wrong").code().equals("WRONGPASS");
                }
            });
            Await.until("the node serves", REFUSED_WITHIN, () -> {
                try (RespConnection connection = node.connect()) {
                    return "OK".equals(connection.text("AUTH", "open sesame"))
                            && errorOf(connection, "PING").isEmpty();
                }
            });
            try (RespConnection connection = node.connect()) {
                assertEquals("NOAUTH", connection.error("PING").code());
                assertEquals("NOAUTH", connection.error("GET", "k").code());
                assertEquals("OK", connection.text("AUTH", "open sesame"));
                assertEquals("OK", connection.text("SET", "k", "v"));
            }
        }
    }

    /** Empty: it answered. */
    private static String errorOf(RespConnection connection, String line) {
        try {
            connection.call((Object[]) line.split(" "));
            return "";
        } catch (RespError e) {
            return e.line();
        }
    }

    /** Starts a process that must end by itself, with an error code; what it printed. */
    private static String refused(NodeOptions options) {
        try (KindredProcess process = KindredProcess.launched(options)) {
            Supplier<String> log = process::log;
            assertNotEquals(0, process.awaitExit(REFUSED_WITHIN), log);
            return process.log();
        }
    }
}
