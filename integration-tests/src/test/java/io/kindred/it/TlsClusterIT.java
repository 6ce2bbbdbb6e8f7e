package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.wire.tls.TestCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that have no port without TLS, and every tool that Kindred has for them. */
@Tag("tools")
final class TlsClusterIT {
    private static final Map<String, String> ENVIRONMENT = Map.of(
            "KINDRED_HEAP",
            "256m",
            "KINDRED_JAVA_OPTS",
            "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
            "KINDRED_PASSWORD",
            "open sesame");
    private static final int KEYS = 10;

    @TempDir
    Path dir = Path.of("unset");

    private List<String> tls = List.of();
    private List<String> directives = List.of();

    private Program run(Map<String, String> environment, String script, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(Program.HOME.resolve("bin").resolve(script).toString()));
        command.addAll(Arrays.asList(arguments));
        Map<String, String> all = new HashMap<>(ENVIRONMENT);
        all.putAll(environment);
        return Program.ran(dir, all, Duration.ofMinutes(4), command.toArray(String[]::new));
    }

    private Program cluster(String name, String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of("--dir", dir.resolve(name).toString()));
        return run(Map.of(), "kindred-cluster", all.toArray(String[]::new));
    }

    private String start(String name, int port, int nodes) {
        List<String> all = new ArrayList<>(List.of(
                "start",
                "--port",
                "" + port,
                "--nodes",
                "" + nodes,
                "--dir",
                dir.resolve(name).toString()));
        all.addAll(tls);
        all.add("--");
        all.addAll(directives);
        return run(Map.of(), "kindred-cluster", all.toArray(String[]::new)).succeeded();
    }

    private Program withTls(String script, String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(tls);
        return run(Map.of(), script, all.toArray(String[]::new));
    }

    private String cli(int port, String... words) {
        List<String> all =
                new ArrayList<>(List.of("redis-cli", "-p", "" + port, "-a", "open sesame", "--no-auth-warning"));
        all.addAll(tls);
        all.addAll(Arrays.asList(words));
        return Program.ran(dir, Map.of(), all.toArray(String[]::new))
                .succeeded()
                .strip();
    }

    private void makeCertificates() {
        TestCertificates made =
                new TestCertificates(dir).authority("ca").issue("node", "ca").issue("client", "ca");
        // As the reader of the documentation types them: relative to where the scripts run.
        tls = List.of("--tls", "--cacert", "ca.crt", "--cert", "client.crt", "--key", "client.key");
        directives = List.of(
                "--tls-cert-file", "node.crt",
                "--tls-key-file", "node.key",
                "--tls-ca-cert-file", "ca.crt",
                "--tls-cluster", "yes",
                "--requirepass", "open sesame",
                "--backup-dir", dir.resolve("backups").toString());
        assertTrue(Files.exists(made.crt("client")));
    }

    @Test
    void aClusterInTlsLivesThroughAllThatToolsDo() throws Exception {
        makeCertificates();
        int port = FreePorts.block(3);
        int other = FreePorts.block(1);
        try {
            String started = start("first", port, 3);
            assertTrue(started.contains("3 of 3 nodes up"), started);
            for (int i = 0; i < KEYS; i++) {
                assertEquals("OK", cli(port + i % 3, "SET", "k" + i, "v" + i));
            }
            // What start was told is remembered, from whatever directory the script is called.
            Program status = Program.ran(
                    null,
                    ENVIRONMENT,
                    Program.HOME.resolve("bin/kindred-cluster").toString(),
                    "status",
                    "--dir",
                    dir.resolve("first").toString());
            assertTrue(status.succeeded().matches("(?s).*n1 .*running +up .*3 of 3 nodes up\n"), status.output());

            seenFromOutside(port);
            autoscaled();

            String made = withTls("kindred-backup", "make", "--node", "127.0.0.1:" + port, "--name", "monday")
                    .succeeded();
            assertTrue(made.contains("Backup monday has the parts of all 3 members"), made);

            assertTrue(cluster("first", "restart", "n2").succeeded().contains("3 of 3 nodes up"));
            assertTrue(cluster("first", "kill", "n3").succeeded().contains("SIGKILL"));
            assertTrue(cluster("first", "status").succeeded().contains("2 of 3 nodes up"));
            Program.ran(null, Map.of(), "rm", "-r", dir.resolve("first/n3").toString())
                    .succeeded();
            String replaced = cluster("first", "replace", "n3").succeeded();
            assertTrue(replaced.contains("n3 replaced"), replaced);
            assertEquals("v0", cli(port + 2, "GET", "k0"));

            String second = start("second", other, 1);
            assertTrue(second.contains("1 of 1 nodes up"), second);
            String restored = withTls(
                            "kindred-backup",
                            "restore",
                            "--to",
                            "127.0.0.1:" + other,
                            "backups/monday/n1",
                            "backups/monday/n2",
                            "backups/monday/n3")
                    .succeeded();
            assertTrue(restored.contains("compared: " + KEYS + " keys equal"), restored);

            String stopped = cluster("first", "stop").succeeded();
            assertTrue(stopped.contains("n3 ended by SIGTERM"), stopped);
            assertTrue(cluster("first", "status").succeeded().contains("0 of 3 nodes up"));
        } finally {
            cluster("first", "kill");
            cluster("second", "kill");
        }
    }

    /** As any cluster is that the script did not start. */
    private void seenFromOutside(int port) throws Exception {
        String address = "127.0.0.1:" + port;
        // A new cluster still moves partitions, which is no fault, and may have told it to nobody yet.
        Await.until(
                "all are well",
                Duration.ofSeconds(60),
                () -> withTls("kindred-cluster", "status", address).exitCode() == 0);
        String plain = run(Map.of(), "kindred-cluster", "status", address).output();
        assertTrue(plain.contains("this port speaks TLS only") || plain.contains("no reply"), plain);
        Program stranger = run(Map.of(), "kindred-cluster", "status", address, "--tls");
        assertEquals(1, stranger.exitCode());
        assertTrue(stranger.output().contains("PKIX"), stranger.output());

        assertEquals("PONG\n", withTls("kindred-ping", "" + port).succeeded());
        Program untold = run(Map.of(), "kindred-ping", "" + port);
        assertNotEquals(0, untold.exitCode());
        Path conf = Files.writeString(
                dir.resolve("health.conf"),
                "port 0\ntls-port " + port
                        + "\ntls-cert-file node.crt\ntls-key-file node.key\nrequirepass \"open sesame\"\n");
        assertEquals(
                "PONG\n",
                run(Map.of("KINDRED_CONF", conf.toString(), "KINDRED_PASSWORD", ""), "kindred-ping")
                        .succeeded());
    }

    private void autoscaled() {
        Program watched = Program.ran(
                dir,
                ENVIRONMENT,
                "timeout",
                "20",
                Program.HOME.resolve("bin/kindred-autoscale").toString(),
                "--dir",
                dir.resolve("first").toString(),
                "--dry-run",
                "--interval-s",
                "1");
        assertTrue(watched.output().contains("STAY: 3 nodes"), watched.output());
    }

    @Test
    void wrongFilesAreToldOfAtOnce() {
        Program missing = run(
                Map.of(),
                "kindred-cluster",
                "status",
                "127.0.0.1:1",
                "--tls",
                "--cacert",
                dir.resolve("no").toString());
        assertEquals(1, missing.exitCode());
        assertTrue(missing.output().contains("there is no such file"), missing.output());
        Program half = run(Map.of(), "kindred-cluster", "start", "--cacert", "ca.crt", "--dir", "x");
        assertEquals(2, half.exitCode());
        assertTrue(half.output().contains("--cacert needs --tls"), half.output());
    }
}
