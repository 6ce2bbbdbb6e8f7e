package io.kindred.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.engine.SyncPolicy;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigTest {
    @TempDir
    Path dir;

    private final List<String> levels = new ArrayList<>();

    private ServerConfig file(String text, String... more) throws ConfigRefused, IOException {
        Path file = dir.resolve("kindred.conf");
        Files.writeString(file, text);
        List<String> args = new ArrayList<>(List.of(file.toString()));
        args.addAll(List.of(more));
        return CommandLine.of(args.toArray(new String[0])).config();
    }

    private static ServerConfig args(String... args) throws ConfigRefused {
        return CommandLine.of(args).config();
    }

    private static String refusal(String... args) {
        return String.valueOf(
                assertThrows(ConfigRefused.class, () -> args(args)).getMessage());
    }

    private String refusalOfFile(String text) {
        return String.valueOf(
                assertThrows(ConfigRefused.class, () -> file(text)).getMessage());
    }

    private LiveConfig live(String... args) throws ConfigRefused {
        return new LiveConfig(args(args), levels::add, () -> {});
    }

    @Test
    void defaultsAreTheDocumentedOnes() throws Exception {
        ServerConfig config = args();
        assertEquals(6379, config.number(Directives.PORT));
        assertEquals(16379, config.clusterPort(6379));
        assertEquals("n6379", config.nodeName(6379));
        assertEquals("./data", config.text(Directives.DIR));
        assertEquals(SyncPolicy.EVERYSEC, config.engineOptions().syncPolicy());
        assertEquals(3, config.number(Directives.REPLICATION_N));
        assertEquals(0, config.quorum(Directives.READ_QUORUM));
        assertEquals(1024, config.number(Directives.RING_PARTITIONS));
        assertEquals(1 << 20, config.number(Directives.MAX_VALUE_BYTES));
        assertEquals(500, config.number(Directives.MAX_CLOCK_SKEW_MS));
        assertEquals(List.of(), config.seeds());
        for (Directive directive : Directives.ALL) {
            if (!directive.byDefault().isEmpty()) {
                assertNull(directive.form().problem(directive.byDefault()), directive.name());
                assertEquals(directive.byDefault(), directive.form().canonical(directive.byDefault()));
            }
        }
    }

    @Test
    void fileIsReadAsRedisReadsIt() throws Exception {
        ServerConfig config = file("""
                # a comment

                PORT 7001
                  node-name "a\\x62c"
                requirepass 'it\\'s'
                max-value-bytes 2mb
                memtable-bytes 8m
                bind 127.0.0.1 -::1
                seeds 10.0.0.1:17001,[::1]:17002
                conflict-policy ERROR
                port 7002
                """);
        assertEquals(7002, config.number(Directives.PORT));
        assertEquals("abc", config.nodeName(7002));
        assertEquals("it's", config.text(Directives.REQUIREPASS));
        assertEquals(2 << 20, config.number(Directives.MAX_VALUE_BYTES));
        assertEquals(8_000_000, config.engineOptions().memtableBytes());
        assertEquals("127.0.0.1 -::1", config.text(Directives.BIND));
        assertEquals("error", config.text(Directives.CONFLICT_POLICY));
        assertEquals(
                List.of(
                        InetSocketAddress.createUnresolved("10.0.0.1", 17001),
                        InetSocketAddress.createUnresolved("::1", 17002)),
                config.seeds());
    }

    @Test
    void commandLineCountsMoreThanTheFile() throws Exception {
        ServerConfig config = file("port 7001\ntimeout 5\n", "--port", "7002", "--requirepass", "--dashes");
        assertEquals(7002, config.number(Directives.PORT));
        assertEquals(5, config.number(Directives.TIMEOUT));
        assertEquals("--dashes", config.text(Directives.REQUIREPASS));
    }

    @Test
    void unknownDirectiveIsRefusedWithItsLine() {
        assertEquals(
                "*** FATAL CONFIG FILE ERROR (Kindred 0.1.0) ***\n"
                        + "Reading the configuration file, at line 3\n"
                        + ">>> 'save 60 1'\n"
                        + "'save' cannot be chosen here: it is always ''",
                refusalOfFile("port 1\n# x\nsave 60 1\n"));
        assertTrue(refusalOfFile("port 1\nmaxmemory-samples 5\n")
                .endsWith("at line 2\n>>> 'maxmemory-samples 5'\nBad directive or wrong number of arguments"));
        assertTrue(refusalOfFile("port 1 2\n").endsWith("Bad directive or wrong number of arguments"));
        assertTrue(refusalOfFile("port\n").endsWith("Bad directive or wrong number of arguments"));
        assertTrue(refusalOfFile("node-name \"x\n").endsWith("Unbalanced quotes in configuration line"));
        assertTrue(refusal("--prot", "7001")
                .endsWith("Reading the command line\n>>> '--prot 7001'\nBad directive or wrong number of arguments"));
        assertTrue(refusal(dir.resolve("none.conf").toString()).endsWith("there is no such file"));
    }

    @Test
    void valuesOutOfBoundsAreRefused() {
        assertTrue(refusal("--port", "70000").endsWith("argument must be between 0 and 65535 inclusive"));
        assertTrue(refusal("--port", "x").endsWith("argument couldn't be parsed into an integer"));
        assertTrue(refusal("--max-value-bytes", "1xb").endsWith("argument must be a memory value"));
        assertTrue(refusal("--appendfsync", "often")
                .endsWith("argument(s) must be one of the following: always, everysec, no"));
        assertTrue(refusal("--ring-partitions", "1000").endsWith("argument must be a power of two"));
        assertTrue(refusal("--seeds", "host").endsWith("'host' is not host:cluster-port"));
        assertTrue(refusal("--node-name", "a b").endsWith("without spaces"));
        assertTrue(refusal("--node-weight", "nan").contains("must be a number between"));
        assertTrue(refusal("--read-quorum", "all").endsWith("or majority"));
    }

    @Test
    void directivesThatDoNotGoTogetherAreRefused() {
        assertTrue(refusal("--bind", "0.0.0.0").contains("'requirepass'"));
        assertTrue(refusal("--bind", "0.0.0.0", "--requirepass", "x").contains("'cluster-secret'"));
        assertTrue(refusal("--bind", "127.0.0.1 0.0.0.0").contains("'requirepass'"));
        assertTrue(refusal("--port", "60000").contains("'cluster-port'"));
        assertTrue(refusal("--port", "7000", "--cluster-port", "7000").contains("both 7000"));
        assertTrue(refusal("--replication-n", "2", "--read-quorum", "3").contains("more than 'replication-n 2'"));
        assertTrue(refusal("--suspect-after-ms", "100").contains("gossip-interval-ms"));
    }

    @Test
    void otherNodesDialTheAnnouncedPortOrTheOneThatIsBound() throws Exception {
        assertEquals(7001, args().announcedClusterPort(7001));
        assertEquals(7001, args("--cluster-announce-bus-port", "0").announcedClusterPort(7001));
        assertEquals(9001, args("--cluster-announce-bus-port", "9001").announcedClusterPort(7001));
    }

    @Test
    void memoryUnitsAreRedisOnes() {
        assertEquals(1024L, ValueForms.bytes("1KB"));
        assertEquals(1000L, ValueForms.bytes("1k"));
        assertEquals(3L << 20, ValueForms.bytes("3mb"));
        assertEquals(1_000_000_000L, ValueForms.bytes("1g"));
        assertEquals(5L, ValueForms.bytes("5b"));
        assertNull(ValueForms.bytes("gb"));
        assertNull(ValueForms.bytes("-1"));
        assertNull(ValueForms.bytes("9999999999gb"));
    }

    @Test
    void configGetTakesSeveralGlobs() throws Exception {
        LiveConfig config = live();
        assertEquals(
                Map.of("appendonly", "yes", "save", "", "appendfsync", "everysec"),
                config.get(List.of("append*", "SAVE")));
        assertEquals(Directives.ALL.size(), config.get(List.of("*")).size());
        assertEquals(Map.of("maxmemory-policy", "noeviction"), config.get(List.of("maxmemory-*")));
    }

    @Test
    void configSetChangesAllOrNothing() throws Exception {
        LiveConfig config = live();
        Map<String, String> changes = new LinkedHashMap<>();
        changes.put("maxclients", "7");
        changes.put("loglevel", "verbose");
        changes.put("client-output-buffer-limit", "normal 4mb 0 0");
        assertNull(config.set(changes));
        assertEquals(7, config.limits().clientsMax());
        assertEquals(4 << 20, config.limits().outputBytesMax());
        assertEquals(List.of("verbose"), levels);
        changes.put("timeout", "x");
        changes.put("maxclients", "8");
        assertEquals(
                "ERR CONFIG SET failed (possibly related to argument 'timeout') - argument couldn't be parsed into an"
                        + " integer",
                config.set(changes));
        assertEquals(7, config.limits().clientsMax());
    }

    @Test
    void configSetRefusesWhatCannotChange() throws Exception {
        LiveConfig config = live();
        assertEquals(
                "ERR CONFIG SET failed (possibly related to argument 'port') - can't set immutable config",
                config.set(Map.of("port", "1")));
        assertEquals(
                "ERR Unknown option or number of arguments for CONFIG SET - 'nonsense'",
                config.set(Map.of("nonsense", "1")));
        assertNull(config.set(Map.of("maxmemory-policy", "noeviction")));
        assertEquals(
                "ERR CONFIG SET failed (possibly related to argument 'maxmemory-policy') - 'maxmemory-policy' cannot be"
                        + " chosen here: it is always 'noeviction'",
                config.set(Map.of("maxmemory-policy", "allkeys-lru")));
    }

    @Test
    void passwordOfAnOpenNodeCannotBeTakenAway() throws Exception {
        LiveConfig config = live("--bind", "0.0.0.0", "--requirepass", "x", "--cluster-secret", "y");
        String error = config.set(Map.of("requirepass", ""));
        assertTrue(String.valueOf(error).contains("Protected mode"), error);
        assertEquals("x", config.password());
    }
}
