package io.kindred.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.engine.SyncPolicy;
import io.kindred.server.OutputLimits;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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

    static ServerConfig args(String... args) throws ConfigRefused {
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

    /** Without TLS it is told at once. */
    private static @Nullable String set(LiveConfig config, Map<String, String> changes) {
        List<@Nullable String> told = new ArrayList<>();
        config.set(changes, told::add);
        assertEquals(1, told.size());
        return told.get(0);
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
                        + ">>> 'maxmemry 60'\n"
                        + "Bad directive or wrong number of arguments",
                refusalOfFile("port 1\n# x\nmaxmemry 60\n"));
        assertTrue(refusalOfFile("port 1 2\n").endsWith("Bad directive or wrong number of arguments"));
        assertTrue(refusalOfFile("port\n").endsWith("Bad directive or wrong number of arguments"));
        assertTrue(refusalOfFile("node-name \"x\n").endsWith("Unbalanced quotes in configuration line"));
        assertTrue(refusal("--prot", "7001")
                .endsWith("Reading the command line\n>>> '--prot 7001'\nBad directive or wrong number of arguments"));
        assertTrue(refusal(dir.resolve("none.conf").toString()).endsWith("there is no such file"));
    }

    @Test
    void allThatIsWrongIsSaidAtOnce() {
        String refusal = refusalOfFile("port x\ntimeout 5\nreplicaof 10.0.0.1 6379\nnonsense 1\n");
        assertTrue(refusal.contains("line 1\n>>> 'port x'\nargument couldn't be parsed"), refusal);
        assertTrue(refusal.contains("line 3\n>>> 'replicaof 10.0.0.1 6379'\n'replicaof' is always '' here"), refusal);
        assertTrue(refusal.contains("line 4\n>>> 'nonsense 1'\nBad directive"), refusal);
        assertFalse(refusal.contains("timeout"), refusal);
    }

    /** What Debian's package of Redis 7.0 comes with, without its comments. */
    @Test
    void aStockRedisConfStartsANode() throws Exception {
        ServerConfig config = file("""
                bind 127.0.0.1 -::1
                protected-mode yes
                port 6379
                tcp-backlog 511
                timeout 0
                tcp-keepalive 300
                daemonize yes
                pidfile /run/redis/redis-server.pid
                loglevel notice
                logfile /var/log/redis/redis-server.log
                databases 16
                always-show-logo no
                set-proc-title yes
                proc-title-template "{title} {listen-addr} {server-mode}"
                stop-writes-on-bgsave-error yes
                rdbcompression yes
                rdbchecksum yes
                dbfilename dump.rdb
                rdb-del-sync-files no
                dir /var/lib/redis
                replica-serve-stale-data yes
                replica-read-only yes
                repl-diskless-sync yes
                repl-diskless-sync-delay 5
                repl-diskless-sync-max-replicas 0
                repl-diskless-load disabled
                repl-disable-tcp-nodelay no
                replica-priority 100
                acllog-max-len 128
                lazyfree-lazy-eviction no
                lazyfree-lazy-expire no
                lazyfree-lazy-server-del no
                replica-lazy-flush no
                lazyfree-lazy-user-del no
                lazyfree-lazy-user-flush no
                oom-score-adj no
                oom-score-adj-values 0 200 800
                disable-thp yes
                appendonly no
                appendfilename "appendonly.aof"
                appenddirname "appendonlydir"
                appendfsync everysec
                no-appendfsync-on-rewrite no
                auto-aof-rewrite-percentage 100
                auto-aof-rewrite-min-size 64mb
                aof-load-truncated yes
                aof-use-rdb-preamble yes
                aof-timestamp-enabled no
                slowlog-log-slower-than 10000
                slowlog-max-len 128
                latency-monitor-threshold 0
                notify-keyspace-events ""
                hash-max-listpack-entries 512
                hash-max-listpack-value 64
                list-max-listpack-size -2
                list-compress-depth 0
                set-max-intset-entries 512
                zset-max-listpack-entries 128
                zset-max-listpack-value 64
                hll-sparse-max-bytes 3000
                stream-node-max-bytes 4096
                stream-node-max-entries 100
                activerehashing yes
                client-output-buffer-limit normal 0 0 0
                client-output-buffer-limit replica 256mb 64mb 60
                client-output-buffer-limit pubsub 32mb 8mb 60
                hz 10
                dynamic-hz yes
                aof-rewrite-incremental-fsync yes
                rdb-save-incremental-fsync yes
                jemalloc-bg-thread yes
                """);
        assertEquals("/var/lib/redis", config.text(Directives.DIR));
        assertEquals(
                args().text(Directives.CLIENT_OUTPUT_BUFFER_LIMIT), config.text(Directives.CLIENT_OUTPUT_BUFFER_LIMIT));
        List<String> remarks = config.remarks();
        assertEquals(3, remarks.size(), () -> "" + remarks);
        assertTrue(remarks.get(0).startsWith("'appendonly' is always 'yes' here"), remarks.get(0));
        assertTrue(remarks.get(1).startsWith("'daemonize' is always 'no' here"), remarks.get(1));
        assertTrue(
                remarks.get(2).contains("no meaning here: ") && remarks.get(2).contains(", tcp-backlog"));
    }

    @Test
    void whatIsSoAnywayIsTaken() throws Exception {
        ServerConfig config =
                args("--appendonly", "yes", "--save", "", "--maxmemory", "0", "--replicaof", "", "--io-threads", "1");
        assertEquals(List.of(), config.remarks());
        LiveConfig live = live("--save", "3600", "1", "--io-threads", "4");
        assertEquals(Map.of("save", "", "io-threads", "1"), live.get(List.of("save", "io-threads")));
    }

    @Test
    void whatWouldBeAPromiseIsRefusedWithWhatToUseInstead() {
        assertTrue(refusal("--maxmemory", "100mb").contains("KINDRED_HEAP"));
        assertTrue(refusal("--cluster-enabled", "yes").contains("any node takes any command"));
        assertTrue(refusal("--min-replicas-to-write", "1").endsWith("use 'write-quorum'"));
        assertTrue(refusalOfFile("tls-replication yes\n").contains("tls-cluster yes"));
        assertTrue(refusalOfFile("user alice on nopass\n").endsWith("set 'requirepass'"));
        assertTrue(refusalOfFile("rename-command FLUSHALL \"\"\n").endsWith("commands cannot be renamed here"));
    }

    @Test
    void aFileIncludesOthers() throws Exception {
        Path included = dir.resolve("more.conf");
        Files.writeString(included, "timeout 7\nport 7003\n");
        ServerConfig config = file("timeout 5\ninclude " + included + "\nport 7004\n");
        assertEquals(7, config.number(Directives.TIMEOUT));
        assertEquals(7004, config.number(Directives.PORT));
        Files.writeString(included, "prot 1\n");
        assertTrue(refusalOfFile("include " + included + "\n")
                .contains("Reading the configuration file '" + included + "', at line 1"));
        Files.writeString(included, "include " + included + "\n");
        assertTrue(refusalOfFile("include " + included + "\n").contains("included by itself"));
        assertTrue(refusalOfFile("include none.conf\n").contains("there is no such file"));
    }

    @Test
    void outputLimitsAreRedisOnes() throws Exception {
        String pubsub = args().text(Directives.CLIENT_OUTPUT_BUFFER_LIMIT).split(" pubsub ")[1];
        assertEquals(
                "normal 4194304 0 0 slave 1073741824 0 0 pubsub " + pubsub,
                args("--client-output-buffer-limit", "replica", "1gb", "0", "0", "normal", "4mb", "0", "0")
                        .text(Directives.CLIENT_OUTPUT_BUFFER_LIMIT));
        assertTrue(refusal("--client-output-buffer-limit", "normal", "4mb", "1mb", "-1")
                .contains("Error in hard, soft or soft_seconds"));
        assertTrue(refusal("--client-output-buffer-limit", "normal", "1kb", "0", "0")
                .contains("between"));
        assertTrue(refusal("--client-output-buffer-limit", "strange", "0", "0", "0")
                .contains("Invalid client class"));
        assertTrue(refusal("--client-output-buffer-limit", "normal", "4mb", "0").contains("must be a class"));
        LiveConfig config = live("--client-output-buffer-limit", "normal 4mb 0 0");
        assertNull(set(config, Map.of("client-output-buffer-limit", "pubsub 1mb 512kb 7")));
        assertEquals(
                new OutputLimits.Limit(1 << 20, 512 << 10, 7),
                config.limits().output().pubsub());
        assertNull(set(config, Map.of("client-output-buffer-limit", "pubsub 0 0 0")));
        assertEquals(
                new OutputLimits.Limit(1 << 20, 0, 0), config.limits().output().pubsub());
        assertEquals(4 << 20, config.limits().output().normal().hardBytes());
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
                config.get(List.of("append[of][ns]*", "SAVE")));
        assertEquals(Directives.ALL.size(), config.get(List.of("*")).size());
        assertEquals(Map.of("maxmemory-policy", "noeviction"), config.get(List.of("maxmemory-p*")));
    }

    @Test
    void configSetChangesAllOrNothing() throws Exception {
        LiveConfig config = live();
        Map<String, String> changes = new LinkedHashMap<>();
        changes.put("maxclients", "7");
        changes.put("loglevel", "verbose");
        changes.put("client-output-buffer-limit", "normal 4mb 0 0");
        assertNull(set(config, changes));
        assertEquals(7, config.limits().clientsMax());
        assertEquals(4 << 20, config.limits().output().normal().hardBytes());
        assertEquals(List.of("verbose"), levels);
        changes.put("timeout", "x");
        changes.put("maxclients", "8");
        assertEquals(
                "ERR CONFIG SET failed (possibly related to argument 'timeout') - argument couldn't be parsed into an"
                        + " integer",
                set(config, changes));
        assertEquals(7, config.limits().clientsMax());
    }

    @Test
    void configSetRefusesWhatCannotChange() throws Exception {
        LiveConfig config = live();
        assertEquals(
                "ERR CONFIG SET failed (possibly related to argument 'port') - can't set immutable config",
                set(config, Map.of("port", "1")));
        assertEquals(
                "ERR Unknown option or number of arguments for CONFIG SET - 'nonsense'",
                set(config, Map.of("nonsense", "1")));
        assertNull(set(config, Map.of("maxmemory-policy", "noeviction")));
        assertEquals(
                "ERR CONFIG SET failed (possibly related to argument 'maxmemory-policy') - 'maxmemory-policy' is always"
                        + " 'noeviction' here: nothing is evicted here: what does not fit into memory is on the disk, and"
                        + " KINDRED_HEAP bounds the memory",
                set(config, Map.of("maxmemory-policy", "allkeys-lru")));
        assertTrue(String.valueOf(set(config, Map.of("save", "60 1"))).contains("no snapshots"));
        assertNull(set(config, Map.of("hash-max-listpack-entries", "64")));
        assertEquals(Map.of("hash-max-listpack-entries", "64"), config.get(List.of("hash-max-listpack-entries")));
    }

    @Test
    void passwordOfAnOpenNodeCannotBeTakenAway() throws Exception {
        LiveConfig config = live("--bind", "0.0.0.0", "--requirepass", "x", "--cluster-secret", "y");
        String error = set(config, Map.of("requirepass", ""));
        assertTrue(String.valueOf(error).contains("Protected mode"), error);
        assertEquals("x", config.password());
    }

    @Test
    void whatTlsLacksIsToldAtOnce() throws Exception {
        String nothing = refusal("--tls-port", "7443", "--port", "7443", "--tls-client-cert-file", "c.crt");
        for (String part : List.of(
                "'tls-port 7443' needs 'tls-cert-file'",
                "needs 'tls-key-file'",
                "'tls-auth-clients no'",
                "'tls-client-cert-file' and 'tls-client-key-file' go together",
                "'port' and 'tls-port' are both 7443")) {
            assertTrue(nothing.contains(part), () -> part + " in " + nothing);
        }
        String cluster = refusal("--tls-cluster", "yes", "--tls-auth-clients", "no", "--request-timeout-ms", "1000");
        assertTrue(cluster.contains("'tls-cluster yes' needs 'tls-cert-file'"), cluster);
        assertTrue(cluster.contains("'tls-cluster yes' needs 'tls-ca-cert-file'"), cluster);
        String files = refusal(
                "--tls-port",
                "7443",
                "--tls-auth-clients",
                "no",
                "--tls-cert-file",
                "/no/c",
                "--tls-key-file",
                "/no/k");
        assertTrue(files.contains("'tls-cert-file /no/c': there is no such file"), files);
        assertTrue(files.contains("'tls-key-file /no/k': there is no such file"), files);
        assertTrue(refusal("--tls-protocols", "TLSv1.2 SSLv3").contains("there is no protocol 'SSLv3'"));
        assertEquals(
                "TLSv1.2 TLSv1.3", args("--tls-protocols", "TLSv1.2", "TLSv1.3").text(TlsDirectives.PROTOCOLS));
    }

    @Test
    void whatGoesOverTheNetworkInTheClearIsSaid() throws Exception {
        List<String> open = List.of("--bind", "*", "--requirepass", "p", "--cluster-secret", "s");
        String said = String.join("\n", args(open.toArray(new String[0])).remarks());
        assertTrue(said.contains("clients talk in the clear to 'port', and nodes talk in the clear"), said);
        assertEquals(List.of(), args().remarks());
    }
}
