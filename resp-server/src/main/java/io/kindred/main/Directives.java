package io.kindred.main;

import static io.kindred.main.Directive.Change.RUNNING;
import static io.kindred.main.Directive.Change.START;

import io.kindred.engine.EngineOptions;
import io.kindred.script.ScriptCache;
import io.kindred.script.ScriptLimits;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Every directive there is, with its default and its bounds. */
final class Directives {
    private static final long KB = 1 << 10;
    private static final long MB = 1 << 20;
    private static final long GB = 1 << 30;
    private static final int NAME_CHARS_MAX = 128;
    private static final int PORT_MAX = 65_535;
    private static final int REPLICAS_MAX = 64;
    private static final long DAY_MILLIS = 86_400_000;
    private static final long HEAP_BYTES = Runtime.getRuntime().maxMemory();
    /** What the engine takes where nobody says otherwise depends on the heap that this process has. */
    private static final EngineOptions ENGINE = EngineOptions.defaults();

    // --- the network ---

    static final Directive PORT = start("port", "6379", ValueForms.integer(0, PORT_MAX));
    static final Directive BIND = start("bind", "127.0.0.1", ValueForms.words(ValueForms.word(NAME_CHARS_MAX * 2)));
    /** Where /metrics and /health are; 0: nowhere. */
    static final Directive HTTP_PORT = start("http-port", "0", ValueForms.integer(0, PORT_MAX));

    static final Directive HTTP_BIND =
            start("http-bind", "127.0.0.1", ValueForms.words(ValueForms.word(NAME_CHARS_MAX * 2)));
    /** Empty: port + 10000. */
    static final Directive CLUSTER_PORT = start("cluster-port", "", ValueForms.integer(0, PORT_MAX));
    /** Empty: the address that is bound. */
    static final Directive CLUSTER_ANNOUNCE_IP =
            start("cluster-announce-ip", "", ValueForms.wordOrNothing(NAME_CHARS_MAX * 2));

    /** Where other nodes dial this one, if something between forwards it to cluster-port. Empty or 0: cluster-port. */
    static final Directive CLUSTER_ANNOUNCE_BUS_PORT =
            start("cluster-announce-bus-port", "", ValueForms.integer(0, PORT_MAX));

    static final Directive CLUSTER_SECRET = start("cluster-secret", "", ValueForms.text());
    static final Directive SEEDS = start("seeds", "", new SeedsForm());
    static final Directive REQUIREPASS = running("requirepass", "", ValueForms.text());
    static final Directive MAXCLIENTS = running("maxclients", "10000", ValueForms.integer(1, Integer.MAX_VALUE));
    static final Directive TIMEOUT = running("timeout", "0", ValueForms.integer(0, Integer.MAX_VALUE));
    static final Directive TCP_KEEPALIVE = running("tcp-keepalive", "300", ValueForms.integer(0, 32_767));

    // --- what was slow ---

    /** Microseconds; -1: nothing is logged. */
    static final Directive SLOWLOG_LOG_SLOWER_THAN =
            running("slowlog-log-slower-than", "10000", ValueForms.integer(-1, Long.MAX_VALUE));

    static final Directive TRACKING_TABLE_MAX_KEYS =
            running("tracking-table-max-keys", "1000000", ValueForms.integer(0, 100_000_000));
    static final Directive NOTIFY_KEYSPACE_EVENTS = running("notify-keyspace-events", "", new KeyspaceEventsForm());
    static final Directive SLOWLOG_MAX_LEN = running("slowlog-max-len", "128", ValueForms.integer(0, 100_000));
    /** Milliseconds; 0: nothing is watched. */
    static final Directive LATENCY_MONITOR_THRESHOLD =
            running("latency-monitor-threshold", "0", ValueForms.integer(0, DAY_MILLIS));

    // --- limits of one client ---

    static final Directive PROTO_MAX_BULK_LEN =
            running("proto-max-bulk-len", Long.toString(512 * MB), ValueForms.memory(MB, 512 * MB));
    static final Directive CLIENT_QUERY_BUFFER_LIMIT =
            running("client-query-buffer-limit", Long.toString(128 * MB), ValueForms.memory(MB, GB));
    static final Directive CLIENT_OUTPUT_BUFFER_LIMIT = running(
            "client-output-buffer-limit",
            "normal " + Math.min(256 * MB, HEAP_BYTES / 4) + " 0 0 slave " + 256 * MB + " " + 64 * MB + " 60 pubsub "
                    + Math.min(32 * MB, HEAP_BYTES / 8) + " " + Math.min(8 * MB, HEAP_BYTES / 32) + " 60",
            new OutputLimitForm(ValueForms.memory(2 * MB, 16 * GB)));

    /** What all clients together may make the node hold. */
    static final Directive WAITING_BYTES_MAX =
            running("waiting-bytes-max", Long.toString(HEAP_BYTES / 2), ValueForms.memory(MB, 1024 * GB));

    // --- the node ---

    /** Empty: n + port. */
    static final Directive NODE_NAME = start("node-name", "", ValueForms.word(NAME_CHARS_MAX));

    static final Directive DIR = start("dir", "./data", ValueForms.text());
    /** Empty: this node makes no backups. */
    static final Directive BACKUP_DIR = start("backup-dir", "", ValueForms.text());

    static final Directive LOGLEVEL =
            running("loglevel", "notice", ValueForms.oneOf("debug", "verbose", "notice", "warning"));
    static final Directive LOGFILE = start("logfile", "", ValueForms.text());
    static final Directive DATABASES = start("databases", "16", ValueForms.integer(1, 256));

    // --- storage ---

    static final Directive APPENDFSYNC = start("appendfsync", "everysec", ValueForms.oneOf("always", "everysec", "no"));
    static final Directive MEMTABLE_BYTES =
            start("memtable-bytes", Long.toString(ENGINE.memtableBytes()), ValueForms.memory(64 * KB, 768 * MB));
    static final Directive ROW_CACHE_BYTES =
            start("row-cache-bytes", Long.toString(ENGINE.rowCacheBytes()), ValueForms.memory(0, 32 * GB));
    static final Directive BLOCK_CACHE_BYTES = start(
            "block-cache-bytes", Long.toString(ENGINE.blockCacheBytes()), ValueForms.memory(0, Integer.MAX_VALUE));
    static final Directive MAX_VALUE_BYTES =
            running("max-value-bytes", Long.toString(MB), ValueForms.memory(1, 32 * MB));

    /**
     * A key is in every message about it. An exchange names up to 512 of them in one, so 512 of the longest ones have to
     * fit into a message of 64 MB.
     */
    static final Directive MAX_KEY_BYTES =
            running("max-key-bytes", Long.toString(64 * KB), ValueForms.memory(16, 127 * KB));

    static final Directive SCRIPT_MAX_INSTRUCTIONS = running(
            "script-max-instructions",
            Long.toString(ScriptLimits.INSTRUCTIONS_MAX),
            ValueForms.integer(1_000, Integer.MAX_VALUE));
    static final Directive SCRIPT_MAX_MEMORY =
            running("script-max-memory", Long.toString(ScriptLimits.MEMORY_BYTES_MAX), ValueForms.memory(64 * KB, GB));
    static final Directive SCRIPT_CACHE_BYTES =
            start("script-cache-bytes", Long.toString(ScriptCache.BYTES_MAX), ValueForms.memory(64 * KB, GB));

    // --- the ring and its quorums ---

    static final Directive REPLICATION_N = start("replication-n", "3", ValueForms.integer(1, REPLICAS_MAX));
    /** N in the datacenters that are named. */
    static final Directive DATACENTER_REPLICATION_N =
            start("datacenter-replication-n", "", new ReplicationForm(REPLICAS_MAX));

    static final Directive READ_QUORUM =
            start("read-quorum", "majority", ValueForms.integerOr("majority", 1, REPLICAS_MAX));
    static final Directive WRITE_QUORUM =
            start("write-quorum", "majority", ValueForms.integerOr("majority", 1, REPLICAS_MAX));
    static final Directive RING_PARTITIONS = start("ring-partitions", "1024", ValueForms.powerOfTwo(1, 65_536));
    static final Directive PARTITIONER = start("partitioner", "md5", ValueForms.oneOf("md5", "slot"));
    static final Directive LEAVE_ON_SHUTDOWN = running("leave-on-shutdown", "no", ValueForms.oneOf("yes", "no"));
    static final Directive LEAVE_TIMEOUT_S = running("leave-timeout-s", "300", ValueForms.integer(1, 86_400));
    static final Directive NODE_WEIGHT = start("node-weight", "1.0", ValueForms.decimal(0.01, 100));
    static final Directive ZONE = start("zone", "", ValueForms.wordOrNothing(NAME_CHARS_MAX));
    static final Directive DATACENTER = start("datacenter", "", ValueForms.wordOrNothing(NAME_CHARS_MAX));
    static final Directive CONFLICT_POLICY = running("conflict-policy", "lww", ValueForms.oneOf("lww", "error"));
    static final Directive MAX_SIBLINGS = start("max-siblings", "100", ValueForms.integer(1, 10_000));
    static final Directive CLOCK_MAX_ENTRIES = start("clock-max-entries", "32", ValueForms.integer(2, 1024));

    // --- times ---

    static final Directive REQUEST_TIMEOUT_MS = start("request-timeout-ms", "1000", ValueForms.integer(10, 600_000));
    static final Directive GOSSIP_INTERVAL_MS = start("gossip-interval-ms", "1000", ValueForms.integer(10, 60_000));
    static final Directive SUSPECT_AFTER_MS = start("suspect-after-ms", "5000", ValueForms.integer(50, 3_600_000));
    static final Directive MAX_CLOCK_SKEW_MS = start("max-clock-skew-ms", "500", ValueForms.integer(1, DAY_MILLIS));
    static final Directive ANTI_ENTROPY_INTERVAL_S =
            start("anti-entropy-interval-s", "60", ValueForms.integer(1, 86_400));
    static final Directive HINT_MAX_BYTES = start("hint-max-bytes", Long.toString(GB), ValueForms.memory(0, 1024 * GB));
    static final Directive TOMBSTONE_GRACE_S =
            start("tombstone-grace-s", "86400", ValueForms.integer(0, 10 * 365 * 86_400L));

    private static final List<Directive> OWN = List.of(
            PORT,
            BIND,
            HTTP_PORT,
            HTTP_BIND,
            CLUSTER_PORT,
            CLUSTER_ANNOUNCE_IP,
            CLUSTER_ANNOUNCE_BUS_PORT,
            CLUSTER_SECRET,
            SEEDS,
            REQUIREPASS,
            MAXCLIENTS,
            TIMEOUT,
            TCP_KEEPALIVE,
            PROTO_MAX_BULK_LEN,
            CLIENT_QUERY_BUFFER_LIMIT,
            CLIENT_OUTPUT_BUFFER_LIMIT,
            WAITING_BYTES_MAX,
            NODE_NAME,
            DIR,
            BACKUP_DIR,
            LOGLEVEL,
            LOGFILE,
            DATABASES,
            APPENDFSYNC,
            MEMTABLE_BYTES,
            ROW_CACHE_BYTES,
            BLOCK_CACHE_BYTES,
            MAX_VALUE_BYTES,
            MAX_KEY_BYTES,
            SCRIPT_MAX_INSTRUCTIONS,
            SCRIPT_MAX_MEMORY,
            SCRIPT_CACHE_BYTES,
            REPLICATION_N,
            DATACENTER_REPLICATION_N,
            READ_QUORUM,
            WRITE_QUORUM,
            RING_PARTITIONS,
            PARTITIONER,
            LEAVE_ON_SHUTDOWN,
            LEAVE_TIMEOUT_S,
            NODE_WEIGHT,
            ZONE,
            DATACENTER,
            CONFLICT_POLICY,
            MAX_SIBLINGS,
            CLOCK_MAX_ENTRIES,
            REQUEST_TIMEOUT_MS,
            GOSSIP_INTERVAL_MS,
            SUSPECT_AFTER_MS,
            MAX_CLOCK_SKEW_MS,
            ANTI_ENTROPY_INTERVAL_S,
            HINT_MAX_BYTES,
            TOMBSTONE_GRACE_S,
            NOTIFY_KEYSPACE_EVENTS,
            TRACKING_TABLE_MAX_KEYS,
            SLOWLOG_LOG_SLOWER_THAN,
            SLOWLOG_MAX_LEN,
            LATENCY_MONITOR_THRESHOLD);

    /** Kindred's own, then those that only Redis has. */
    static final List<Directive> ALL = Stream.of(OWN, TlsDirectives.ALL, RedisDirectives.all())
            .flatMap(List::stream)
            .toList();

    private static final Map<String, Directive> BY_NAME =
            ALL.stream().collect(Collectors.toUnmodifiableMap(Directive::name, directive -> directive));

    private Directives() {}

    /** By name, in any case; null: there is none. */
    static @Nullable Directive named(String name) {
        return BY_NAME.get(name.toLowerCase(Locale.ROOT));
    }

    private static Directive start(String name, String byDefault, ValueForm form) {
        return new Directive(name, byDefault, form, START, "");
    }

    private static Directive running(String name, String byDefault, ValueForm form) {
        return new Directive(name, byDefault, form, RUNNING, "");
    }
}
