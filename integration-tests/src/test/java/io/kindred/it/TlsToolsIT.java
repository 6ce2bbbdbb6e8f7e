package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** openssl's certificates, made as docs/tls.md says, and redis-cli, redis-benchmark and openssl s_client with them. */
@Tag("tools")
final class TlsToolsIT {
    @TempDir
    static Path dir;

    private static KindredProcess node;
    private static String tlsPort;

    @BeforeAll
    static void start() throws Exception {
        shell(String.join("\n", blocks("sh", "ca.key").subList(0, 1)));
        tlsPort = Integer.toString(FreePorts.next());
        node = KindredProcess.started(NodeOptions.of(
                "tls",
                dir,
                "--tls-port",
                tlsPort,
                "--tls-cert-file",
                dir.resolve("n1.crt").toString(),
                "--tls-key-file",
                dir.resolve("n1.key").toString(),
                "--tls-ca-cert-file",
                dir.resolve("ca.crt").toString()));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    /** The blocks of docs/tls.md that have a word in them. */
    private static List<String> blocks(String language, String word) throws Exception {
        List<String> found = new ArrayList<>();
        String[] parts = Files.readString(Program.HOME.resolve("docs/tls.md")).split("```", -1);
        for (int i = 1; i < parts.length; i += 2) {
            if (parts[i].startsWith(language + "\n") && parts[i].contains(word)) {
                found.add(parts[i].substring(language.length() + 1));
            }
        }
        assertTrue(!found.isEmpty(), "docs/tls.md has no block with " + word);
        return found;
    }

    private static String shell(String script) {
        return Program.ran(dir, Map.of(), "sh", "-e", "-c", script).succeeded();
    }

    private static String cli(String more) {
        return shell("redis-cli -p " + tlsPort + " --tls --cacert ca.crt --cert client.crt --key client.key " + more);
    }

    @Test
    void redisCliSpeaksTls() {
        assertEquals("OK\n", cli("SET k v"));
        assertEquals("v\n", cli("-3 GET k"));
        String refused = Program.ran(
                        dir, Map.of(), "sh", "-c", "redis-cli -p " + tlsPort + " --tls --cacert ca.crt PING")
                .output();
        assertTrue(!refused.contains("PONG"), refused);
    }

    @Test
    void opensslSeesTheCertificateAndBothProtocols() {
        for (String protocol : List.of("-tls1_2", "-tls1_3")) {
            String seen = shell("(printf 'PING\\r\\nQUIT\\r\\n'; sleep 1) | openssl s_client " + protocol
                    + " -connect 127.0.0.1:" + tlsPort
                    + " -CAfile ca.crt -cert client.crt -key client.key -verify_return_error -ign_eof 2>&1");
            assertTrue(seen.contains("Verify return code: 0 (ok)"), seen);
            assertTrue(seen.contains("+PONG"), seen);
        }
        String old = Program.ran(
                        dir,
                        Map.of(),
                        "sh",
                        "-c",
                        "openssl s_client -tls1_1 -connect 127.0.0.1:" + tlsPort + " </dev/null 2>&1")
                .output();
        assertTrue(old.contains("Cipher is (NONE)"), old);
    }

    @Test
    void opensslIsToldThatAPortSpeaksNoTls() {
        Program refused = Program.ran(
                dir,
                Map.of(),
                "sh",
                "-c",
                "timeout 20 openssl s_client -connect 127.0.0.1:" + node.port() + " </dev/null 2>&1");
        assertTrue(refused.output().contains("alert protocol version"), refused.output());
    }

    @Test
    void redisBenchmarkSpeaksTls() {
        String report = shell("redis-benchmark -p " + tlsPort
                + " --tls --cacert ca.crt --cert client.crt --key client.key -t set,get -n 20000 -P 16 --csv");
        assertTrue(report.contains("\"GET\"") && !report.contains("ERR"), report);
    }
}
