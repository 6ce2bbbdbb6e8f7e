package io.kindred.main;

import io.kindred.cluster.keyspace.Expiring;
import io.kindred.cluster.message.Topic;
import io.kindred.cluster.node.LoopStats;
import io.kindred.cluster.wire.TransportStats;
import io.kindred.metrics.MetricFamily;
import io.kindred.metrics.MetricSet;
import io.kindred.metrics.Unit;
import io.kindred.server.ConnectionCommands;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The fields that Redis has and that no part of a node counts by itself, section by section. */
final class ServerMetrics {
    private static final String NO_REPLICAS = "There is no replication of Redis's kind: every node takes writes.";
    private static final String NO_REWRITE = "There are no rewrites: the log's segments go when tables hold them.";
    private static final String NO_RDB = "There is no RDB file: what is in memory is flushed to tables.";
    private static final String NO_FORK = "The process never forks.";
    private static final String NO_EXPIRE_CYCLE =
            "Keys expire by the clock of whoever looks; the scrubber removes them.";
    private static final String NO_DEFRAGMENTATION = "The JVM moves objects by itself.";
    private static final String NO_EVICTION = "Nothing is evicted.";
    private static final String NO_IO_THREADS = "One thread serves all clients.";

    private ServerMetrics() {}

    static final MetricSet<Reading> SERVER = MetricSet.<Reading>of(ServerMetrics.class)
            .text(
                    "redis_version",
                    "The version of Redis whose commands these are.",
                    r -> ConnectionCommands.REDIS_VERSION)
            .text("kindred_version", "The version of this program.", r -> Version.TEXT)
            .fixed("redis_mode", "standalone", "A client need not know where keys are.")
            .text(
                    "os",
                    "The operating system.",
                    r -> property("os.name") + " " + property("os.version") + " " + property("os.arch"))
            .fixed("arch_bits", 64, "The JVM's.")
            .text(
                    "multiplexing_api",
                    "How the loop waits for sockets.",
                    r -> r.of().server().isEpoll() ? "epoll" : "nio")
            .text("java_version", "The version of the JVM.", r -> property("java.version"))
            .text("java_vm", "Its name.", r -> property("java.vm.name"))
            .text(
                    "process_id",
                    "The id of this process.",
                    r -> ProcessHandle.current().pid())
            .fixed("process_supervised", "no", "systemd is told nothing.")
            .text("run_id", "40 hexadecimal digits, others at each start.", Reading::runId)
            .text("tcp_port", "Where clients connect.", r -> r.of().ports().first())
            .text(
                    "tls_port",
                    "Where clients connect in TLS; 0: nowhere.",
                    r -> r.of().ports().tls())
            .text(
                    "server_time_usec",
                    "What time this node has, in microseconds since 1970.",
                    r -> TimeUnit.MILLISECONDS.toMicros(r.of().clock().millis()))
            .gauge("uptime_in_seconds", Unit.SECONDS, "How long the node has been running.", r -> uptimeSeconds(r))
            .text("uptime_in_days", "The same in days.", r -> TimeUnit.SECONDS.toDays(uptimeSeconds(r)))
            .fixed("io_threads_active", 0, NO_IO_THREADS)
            .build();

    private static String property(String name) {
        return String.valueOf(System.getProperty(name));
    }

    private static long uptimeSeconds(Reading reading) {
        return Math.max(0, TimeUnit.MILLISECONDS.toSeconds(reading.of().clock().millis() - reading.startedMillis()));
    }

    static final MetricSet<Reading> CLIENTS = MetricSet.<Reading>of(ServerMetrics.class)
            .gauge(
                    "connected_clients",
                    "Clients that are connected.",
                    r -> r.of().server().clients().size())
            .gauge(
                    "cluster_connections",
                    "Nodes that this one is connected to.",
                    r -> r.of().loop().transportStats().peers().stream()
                            .filter(TransportStats.PeerStats::connected)
                            .count())
            .gauge(
                    "maxclients",
                    "How many may be.",
                    r -> r.of().config().limits().clientsMax())
            .fixed("blocked_clients", 0, "There are no commands that block.")
            .gauge(
                    "tracking_clients",
                    "Clients that have their copies of values tracked.",
                    r -> r.of().commands().tracking().clients())
            .fixed("clients_in_timeout_table", 0, "There are no commands that block.")
            .build();

    static final MetricSet<Reading> PERSISTENCE = MetricSet.<Reading>of(ServerMetrics.class)
            .flag(
                    "loading",
                    "Whether the node loads its data or joins, and serves nobody.",
                    r -> r.of().config().loading())
            .fixed("async_loading", 0, NO_REPLICAS)
            .fixed("current_cow_peak", 0, NO_FORK)
            .fixed("current_cow_size", 0, NO_FORK)
            .fixed("current_cow_size_age", 0, NO_FORK)
            .fixed("current_fork_perc", "0.00", NO_FORK)
            .fixed("current_save_keys_processed", 0, NO_RDB)
            .fixed("current_save_keys_total", 0, NO_RDB)
            .text(
                    "rdb_changes_since_last_save",
                    "Keys that were written and are in the log alone, not in tables.",
                    r -> r.of().engine().stats().memory().memtableEntries())
            .flag(
                    "rdb_bgsave_in_progress",
                    "Whether SAVE or BGSAVE is under way.",
                    r -> r.of().saves().isSaving())
            .text(
                    "rdb_last_save_time",
                    "When the last SAVE or BGSAVE was done, or the node started, in seconds since 1970.",
                    r -> r.of().saves().lastSeconds())
            .text(
                    "rdb_last_bgsave_status",
                    "How the last SAVE or BGSAVE ended: ok, or err.",
                    r -> r.of().saves().hasFailed() ? "err" : "ok")
            .fixed("rdb_last_bgsave_time_sec", -1, NO_RDB)
            .fixed("rdb_current_bgsave_time_sec", -1, NO_RDB)
            .text(
                    "rdb_saves",
                    "Flushes of memory into tables.",
                    r -> r.of().engine().stats().tables().flushes())
            .fixed("rdb_last_cow_size", 0, NO_FORK)
            .fixed("rdb_last_load_keys_expired", 0, NO_RDB)
            .fixed("rdb_last_load_keys_loaded", 0, NO_RDB)
            .fixed("aof_enabled", 1, "Every write is in the commit log before it is answered.")
            .fixed("aof_rewrite_in_progress", 0, NO_REWRITE)
            .fixed("aof_rewrite_scheduled", 0, NO_REWRITE)
            .fixed("aof_last_rewrite_time_sec", -1, NO_REWRITE)
            .fixed("aof_current_rewrite_time_sec", -1, NO_REWRITE)
            .fixed("aof_last_bgrewrite_status", "ok", NO_REWRITE)
            .fixed("aof_rewrites", 0, NO_REWRITE)
            .fixed("aof_rewrites_consecutive_failures", 0, NO_REWRITE)
            .text(
                    "aof_last_write_status",
                    "Whether the last append to the log went well: ok or err.",
                    r -> r.of().loop().stats().lastCommitFailed() ? "err" : "ok")
            .fixed("aof_last_cow_size", 0, NO_FORK)
            .fixed("module_fork_in_progress", 0, NO_FORK)
            .fixed("module_fork_last_cow_size", 0, NO_FORK)
            .text(
                    "appendfsync",
                    "The directive: when the log is forced to the disk.",
                    r -> r.of().config().now().text(Directives.APPENDFSYNC))
            .humanBytes(
                    "disk_used_bytes",
                    "What the data directory takes up; sampled.",
                    r -> r.of().meters().process().disk().used())
            .humanBytes(
                    "disk_free_bytes",
                    "What is free where it is; sampled.",
                    r -> r.of().meters().process().disk().free())
            .build();

    static final MetricSet<Reading> STATS = MetricSet.<Reading>of(ServerMetrics.class)
            .counter(
                    "total_commands_processed",
                    "Commands that were begun.",
                    r -> r.of().dispatcher().commandsProcessed() - r.commandsBase())
            .gauge(
                    "instantaneous_ops_per_sec",
                    "Commands a second, of late.",
                    r -> r.of().meters().operations().perSecond())
            .text(
                    "instantaneous_input_kbps",
                    "Kilobytes a second that came from clients, of late.",
                    r -> kilobytes(r.of().meters().inputBytes()))
            .text(
                    "instantaneous_output_kbps",
                    "Kilobytes a second that went to them.",
                    r -> kilobytes(r.of().meters().outputBytes()))
            .fixed("total_net_repl_input_bytes", 0, NO_REPLICAS)
            .fixed("total_net_repl_output_bytes", 0, NO_REPLICAS)
            .fixed("instantaneous_input_repl_kbps", "0.00", NO_REPLICAS)
            .fixed("instantaneous_output_repl_kbps", "0.00", NO_REPLICAS)
            .fixed("sync_full", 0, NO_REPLICAS)
            .fixed("sync_partial_ok", 0, NO_REPLICAS)
            .fixed("sync_partial_err", 0, NO_REPLICAS)
            .fixed("expired_stale_perc", "0.00", NO_EXPIRE_CYCLE)
            .fixed("expired_time_cap_reached_count", 0, NO_EXPIRE_CYCLE)
            .fixed("expire_cycle_cpu_milliseconds", 0, NO_EXPIRE_CYCLE)
            .fixed("active_defrag_hits", 0, NO_DEFRAGMENTATION)
            .fixed("active_defrag_misses", 0, NO_DEFRAGMENTATION)
            .fixed("active_defrag_key_hits", 0, NO_DEFRAGMENTATION)
            .fixed("active_defrag_key_misses", 0, NO_DEFRAGMENTATION)
            .fixed("total_active_defrag_time", 0, NO_DEFRAGMENTATION)
            .fixed("current_active_defrag_time", 0, NO_DEFRAGMENTATION)
            .fixed("dump_payload_sanitizations", 0, "There is no RESTORE.")
            .fixed("evicted_keys", 0, NO_EVICTION)
            .fixed("evicted_clients", 0, "client-output-buffer-limit and waiting-bytes-max have counters of their own.")
            .fixed("total_eviction_exceeded_time", 0, NO_EVICTION)
            .fixed("current_eviction_exceeded_time", 0, NO_EVICTION)
            .gauge(
                    "pubsub_channels",
                    "Channels that clients of this node have subscribed to.",
                    r -> r.of().pubSub().count(Topic.Kind.CHANNEL))
            .gauge(
                    "pubsub_patterns",
                    "Different patterns that clients of this node have subscribed to.",
                    r -> r.of().pubSub().count(Topic.Kind.PATTERN))
            .gauge(
                    "pubsubshard_channels",
                    "Shard channels that clients of this node have subscribed to.",
                    r -> r.of().pubSub().count(Topic.Kind.SHARD_CHANNEL))
            .fixed("latest_fork_usec", 0, NO_FORK)
            .fixed("total_forks", 0, NO_FORK)
            .fixed("migrate_cached_sockets", 0, "There is no MIGRATE.")
            .fixed("slave_expires_tracked_keys", 0, NO_REPLICAS)
            .gauge(
                    "tracking_total_keys",
                    "Keys of which clients of this node keep copies.",
                    r -> r.of().commands().tracking().keys())
            .gauge(
                    "tracking_total_items",
                    "The same, once for each client that keeps one.",
                    r -> r.of().commands().tracking().items())
            .gauge(
                    "tracking_total_prefixes",
                    "Prefixes of clients that are told of all changes.",
                    r -> r.of().commands().tracking().prefixes())
            .fixed("unexpected_error_replies", 0, NO_REPLICAS)
            .fixed("io_threaded_reads_processed", 0, NO_IO_THREADS)
            .fixed("io_threaded_writes_processed", 0, NO_IO_THREADS)
            .build();

    private static String kilobytes(OpsMeter meter) {
        return String.format(java.util.Locale.ROOT, "%.2f", meter.perSecond() / 1024.0);
    }

    static final MetricSet<Reading> REPLICATION = MetricSet.<Reading>of(ServerMetrics.class)
            .fixed("role", "master", NO_REPLICAS)
            .fixed("connected_slaves", 0, NO_REPLICAS)
            .fixed("master_failover_state", "no-failover", NO_REPLICAS)
            .text("master_replid", "As run_id.", Reading::runId)
            .fixed("master_replid2", "0".repeat(40), NO_REPLICAS)
            .fixed("master_repl_offset", 0, NO_REPLICAS)
            .fixed("second_repl_offset", -1, NO_REPLICAS)
            .fixed("repl_backlog_active", 0, NO_REPLICAS)
            .fixed("repl_backlog_size", 0, NO_REPLICAS)
            .fixed("repl_backlog_first_byte_offset", 0, NO_REPLICAS)
            .fixed("repl_backlog_histlen", 0, NO_REPLICAS)
            .build();

    /** Seconds of processor time: of the process, and of the loop thread, which is the one that asks. */
    record Cpu(double system, double user, double threadSystem, double threadUser, double cores) {
        static final MetricSet<Cpu> METRICS = MetricSet.<Cpu>of(ServerMetrics.class)
                .counter("used_cpu_sys", Unit.SECONDS, "Seconds of the kernel's work for this process.", Cpu::system)
                .counter("used_cpu_user", Unit.SECONDS, "Seconds of its own.", Cpu::user)
                .fixed("used_cpu_sys_children", "0.000000", NO_FORK)
                .fixed("used_cpu_user_children", "0.000000", NO_FORK)
                .counter(
                        "used_cpu_sys_main_thread",
                        Unit.SECONDS,
                        "Of the first, those of the loop thread.",
                        Cpu::threadSystem)
                .counter(
                        "used_cpu_user_main_thread",
                        Unit.SECONDS,
                        "Of the second, those of the loop thread.",
                        Cpu::threadUser)
                .gauge(
                        "process_cpu_cores",
                        "Processor cores that the process kept busy in the last second.",
                        Cpu::cores)
                .build();

        static Cpu take(Reading reading) {
            double[] seconds = ProcessFigures.cpuSeconds();
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            long all = threads.isCurrentThreadCpuTimeSupported() ? threads.getCurrentThreadCpuTime() : 0;
            long user = threads.isCurrentThreadCpuTimeSupported() ? threads.getCurrentThreadUserTime() : 0;
            return new Cpu(
                    seconds.length == 2 ? seconds[1] : 0,
                    seconds.length == 2 ? seconds[0] : 0,
                    Math.max(0, all - user) / 1e9,
                    user / 1e9,
                    reading.of().meters().process().cores());
        }
    }

    static final MetricSet<Reading> CLUSTER = MetricSet.<Reading>of(ServerMetrics.class)
            .fixed("cluster_enabled", 0, "Clients need not know of Redis Cluster's slots.")
            .build();

    static final MetricSet<Reading> KEYSPACE = MetricSet.<Reading>of(ServerMetrics.class)
            .family(new MetricFamily<Reading, Database>(
                    "db",
                    "db_",
                    List.of("db"),
                    ServerMetrics::databases,
                    database -> List.of(Integer.toString(database.number())),
                    Database.METRICS))
            .build();

    private record Database(int number, long keys, Expiring expiring) {
        static final MetricSet<Database> METRICS = MetricSet.<Database>of(ServerMetrics.class)
                .gauge(
                        "keys",
                        "Keys that this node holds, also for other nodes' clients, without expired ones.",
                        Database::keys)
                .gauge(
                        "expires",
                        "Those of them that have a time to live.",
                        r -> r.expiring().left())
                .gauge(
                        "avg_ttl",
                        Unit.MILLISECONDS,
                        "What is left to these on average; too much by less than a 64th of their time to live.",
                        r -> r.expiring().averageMillis())
                .build();
    }

    private static List<Database> databases(Reading reading) {
        List<Database> found = new ArrayList<>();
        long now = reading.of().clock().millis();
        for (int db = 0; db < reading.of().config().databases(); db++) {
            long keys = reading.views().keysHere(db, now);
            if (keys > 0) {
                found.add(new Database(db, keys, reading.views().expiringHere(db, now)));
            }
        }
        return found;
    }

    static LoopStats loop(Reading reading) {
        return reading.of().loop().stats();
    }
}
