package io.kindred.main;

import io.kindred.cluster.core.NodeViews;
import io.kindred.cluster.node.NodeLoop;
import io.kindred.cluster.wire.tls.Tls;
import io.kindred.command.CommandDispatcher;
import io.kindred.engine.StorageEngine;
import io.kindred.server.ClientLoad;
import io.kindred.server.ConnectionCommands;
import io.kindred.server.RespServer;
import io.kindred.server.ServerCounters;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryUsage;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * INFO: Redis's sections, with the fields that mean something here, and Kindred's own. A field of Redis that clients
 * look at is there with the value that is true of this server; nothing is made up.
 *
 * <p>Owned by: the loop thread.
 */
final class InfoReport {
    private static final Set<String> EVERYTHING = Set.of("default", "all", "everything");

    /** What the report is about. */
    record Subjects(
            LiveConfig config,
            RespServer server,
            CommandDispatcher dispatcher,
            NodeViews views,
            NodeLoop loop,
            StorageEngine engine,
            ClientPorts ports,
            InstantSource clock,
            OpsMeter operations,
            ProcessMeter process,
            Tls tls) {}

    private final Subjects of;
    private final KindredSection kindred;
    private final MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    private final long startedMillis;
    private long commandsBase;
    private long usedMemoryPeak;

    InfoReport(Subjects of) {
        this.of = of;
        this.kindred = new KindredSection(of);
        this.startedMillis = of.clock().millis();
    }

    /** What CONFIG RESETSTAT does. */
    void resetStatistics() {
        of.server().counters().reset();
        commandsBase = of.dispatcher().commandsProcessed();
    }

    /** @param sections lower-case; none: the default ones */
    String text(Set<String> sections) {
        InfoText out = new InfoText();
        boolean all = sections.isEmpty() || sections.stream().anyMatch(EVERYTHING::contains);
        if (all || sections.contains("server")) {
            server(out);
        }
        if (all || sections.contains("clients")) {
            clients(out);
        }
        if (all || sections.contains("memory")) {
            memory(out);
        }
        if (all || sections.contains("persistence")) {
            persistence(out);
        }
        if (all || sections.contains("stats")) {
            stats(out);
        }
        if (all || sections.contains("replication")) {
            out.section("Replication").field("role", "master").field("connected_slaves", 0);
        }
        if (all || sections.contains("cpu")) {
            cpu(out);
        }
        if (all || sections.contains("cluster")) {
            out.section("Cluster").flag("cluster_enabled", false);
        }
        if (all || sections.contains("kindred")) {
            kindred.append(out);
        }
        if (all || sections.contains("keyspace")) {
            keyspace(out);
        }
        return out.toString();
    }

    private void server(InfoText out) {
        long uptimeSeconds =
                Math.max(0, TimeUnit.MILLISECONDS.toSeconds(of.clock().millis() - startedMillis));
        out.section("Server")
                .field("redis_version", ConnectionCommands.REDIS_VERSION)
                .field("kindred_version", Version.TEXT)
                .field("redis_mode", "standalone")
                .field("os", property("os.name") + " " + property("os.version") + " " + property("os.arch"))
                .field("arch_bits", 64)
                .field("java_version", property("java.version"))
                .field("java_vm", property("java.vm.name"))
                .field("process_id", ProcessHandle.current().pid())
                .field("tcp_port", of.ports().first())
                .field(
                        "server_time_usec",
                        TimeUnit.MILLISECONDS.toMicros(of.clock().millis()))
                .field("uptime_in_seconds", uptimeSeconds)
                .field("uptime_in_days", TimeUnit.SECONDS.toDays(uptimeSeconds))
                .field("io_threads_active", 0);
    }

    private static String property(String name) {
        return String.valueOf(System.getProperty(name));
    }

    private void clients(InfoText out) {
        ClientLoad load = of.server().load();
        out.section("Clients")
                .field("connected_clients", of.server().clients().size())
                .field("maxclients", of.config().limits().clientsMax())
                .field("blocked_clients", 0)
                .field("waiting_bytes", load.waitingBytes())
                .field("waiting_bytes_max", of.config().limits().shared().waitingBytesMax())
                .field("waiting_bytes_peak", load.peakBytes())
                .field("waiting_input_bytes", load.inputBytes())
                .field("waiting_output_bytes", load.outputBytes())
                .field("commands_in_flight", load.commands())
                .field("commands_in_flight_bytes", load.commandBytes())
                .field("command_window_bytes", load.windowBytes())
                .field("command_window_bytes_max", of.config().limits().shared().windowBytes())
                .field("expected_reply_bytes", load.expectedBytes())
                .field("clients_waiting", load.clientsWaiting())
                .flag("writes_held", load.writesHeld());
    }

    private void memory(InfoText out) {
        MemoryUsage heap = memory.getHeapMemoryUsage();
        long used = heap.getUsed() + memory.getNonHeapMemoryUsage().getUsed();
        usedMemoryPeak = Math.max(usedMemoryPeak, used);
        out.section("Memory").bytes("used_memory", used).bytes("used_memory_peak", usedMemoryPeak);
        long rss = ProcessFigures.residentBytes();
        if (rss >= 0) {
            out.bytes("used_memory_rss", rss);
        }
        out.bytes("heap_used", heap.getUsed())
                .bytes("heap_max", heap.getMax())
                .bytes("maxmemory", 0)
                .field("maxmemory_policy", "noeviction")
                .field("mem_allocator", "jvm");
    }

    private void persistence(InfoText out) {
        ProcessMeter.Disk disk = of.process().disk();
        out.section("Persistence")
                .flag("loading", of.config().loading())
                .field("async_loading", 0)
                .flag("aof_enabled", true)
                .flag("rdb_bgsave_in_progress", false)
                .field("appendfsync", of.config().now().text(Directives.APPENDFSYNC))
                .bytes("disk_used_bytes", disk.used())
                .bytes("disk_free_bytes", disk.free());
    }

    private void stats(InfoText out) {
        ServerCounters counters = of.server().counters();
        out.section("Stats")
                .field("total_connections_received", counters.connectionsReceived())
                .field("total_commands_processed", of.dispatcher().commandsProcessed() - commandsBase)
                .field("instantaneous_ops_per_sec", of.operations().perSecond())
                .field("total_net_input_bytes", counters.inputBytes())
                .field("total_net_output_bytes", counters.outputBytes())
                .field("rejected_connections", counters.connectionsRejected())
                .field("evicted_keys", 0)
                .field("protocol_errors", counters.protocolErrors())
                .field("client_pauses", counters.pauses())
                .field("client_output_buffer_limit_disconnections", counters.outputLimitCloses())
                .field("clients_closed_stuck", counters.stuckCloses())
                .field("clients_closed_choked", counters.chokedCloses())
                .field("write_holds", counters.writeHolds());
    }

    private void cpu(InfoText out) {
        out.section("CPU");
        double[] seconds = ProcessFigures.cpuSeconds();
        if (seconds.length == 2) {
            out.seconds("used_cpu_sys", seconds[1]).seconds("used_cpu_user", seconds[0]);
        }
        out.field(
                "process_cpu_cores",
                String.format(Locale.ROOT, "%.3f", of.process().cores()));
    }

    private void keyspace(InfoText out) {
        out.section("Keyspace");
        for (int db = 0; db < of.config().databases(); db++) {
            long keys = of.views().keysHere(db);
            if (keys > 0) {
                out.field("db" + db, "keys=" + keys);
            }
        }
    }
}
