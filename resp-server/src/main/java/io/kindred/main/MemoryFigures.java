package io.kindred.main;

import io.kindred.engine.EngineStats;
import io.kindred.metrics.MetricSet;
import io.kindred.metrics.Unit;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.Locale;

/**
 * What the process holds in memory, in the words of Redis.
 *
 * @param startup what it held when the node began to serve
 * @param used what the JVM's heap and its own parts hold; garbage that is not collected yet counts
 * @param peak the most that the heap's parts ever held
 * @param resident what the machine has given the process; -1: it does not tell
 * @param dataBytes memtables and row cache
 * @param clientBytes what clients make the node hold
 */
record MemoryFigures(
        MemoryUsage heap, long startup, long used, long peak, long resident, long dataBytes, long clientBytes) {
    static final MetricSet<MemoryFigures> METRICS = MetricSet.<MemoryFigures>of(MemoryFigures.class)
            .humanBytes(
                    "used_memory",
                    "What the JVM holds: the heap, with garbage not yet collected, and its own.",
                    MemoryFigures::used)
            .humanBytes(
                    "used_memory_rss",
                    "What the machine has given the process; 0: it does not tell.",
                    m -> Math.max(0, m.resident))
            .humanBytes("used_memory_peak", "The most that the JVM has held.", MemoryFigures::peak)
            .text("used_memory_peak_perc", "What it holds now, of that.", m -> percent(m.used, m.peak))
            .gauge(
                    "used_memory_startup",
                    Unit.BYTES,
                    "What the JVM held when the node began to serve.",
                    MemoryFigures::startup)
            .gauge(
                    "used_memory_overhead",
                    Unit.BYTES,
                    "What is held and is no data.",
                    m -> Math.max(0, m.used - m.dataBytes))
            .gauge(
                    "used_memory_dataset",
                    Unit.BYTES,
                    "Data in memory: memtables and row cache.",
                    MemoryFigures::dataBytes)
            .text("used_memory_dataset_perc", "That, of all that is held.", m -> percent(m.dataBytes, m.used))
            .humanBytes(
                    "total_system_memory",
                    "The memory of the machine or container.",
                    m -> ProcessFigures.machineBytes())
            .humanBytes("heap_used", "The part of it that is the heap's.", m -> m.heap.getUsed())
            .humanBytes("heap_max", "What the heap may hold.", m -> m.heap.getMax())
            .fixed("used_memory_lua", 0, "What scripts hold is a part of the heap while they run, and free then.")
            .fixed(
                    "used_memory_lua_human",
                    "0B",
                    "What scripts hold is a part of the heap while they run, and free then.")
            .fixed("used_memory_vm_eval", 0, "What scripts hold is a part of the heap while they run, and free then.")
            .fixed(
                    "used_memory_scripts_eval",
                    0,
                    "What scripts hold is a part of the heap while they run, and free then.")
            .fixed("number_of_functions", 0, "There are no functions.")
            .fixed("number_of_libraries", 0, "There are no functions.")
            .fixed("used_memory_vm_functions", 0, "There are no functions.")
            .fixed("used_memory_vm_total", 0, "What scripts hold is a part of the heap while they run, and free then.")
            .fixed(
                    "used_memory_vm_total_human",
                    "0B",
                    "What scripts hold is a part of the heap while they run, and free then.")
            .fixed("used_memory_functions", 0, "There are no functions.")
            .fixed("maxmemory", 0, "The disk is the limit: memory holds caches.")
            .fixed("maxmemory_human", "0B", "The disk is the limit: memory holds caches.")
            .fixed("maxmemory_policy", "noeviction", "Nothing is evicted.")
            .gauge(
                    "mem_fragmentation_ratio",
                    "What the machine has given, of what the JVM holds: the room that the heap has taken and not used.",
                    m -> ratio(Math.max(0, m.resident), m.used))
            .gauge(
                    "mem_fragmentation_bytes",
                    Unit.BYTES,
                    "The difference of the two.",
                    m -> m.resident <= 0 ? 0 : m.resident - m.used)
            .gauge("allocator_allocated", Unit.BYTES, "What the heap holds.", m -> m.heap.getUsed())
            .gauge("allocator_active", Unit.BYTES, "What the heap has taken to hold it in.", m -> m.heap.getCommitted())
            .gauge(
                    "allocator_resident",
                    Unit.BYTES,
                    "The same: the heap gives back what it does not keep.",
                    m -> m.heap.getCommitted())
            .gauge(
                    "allocator_frag_ratio",
                    "What the heap has taken, of what it holds: garbage makes room there.",
                    m -> ratio(m.heap.getCommitted(), m.heap.getUsed()))
            .gauge(
                    "allocator_frag_bytes",
                    Unit.BYTES,
                    "The difference of the two.",
                    m -> m.heap.getCommitted() - m.heap.getUsed())
            .fixed("allocator_rss_ratio", 1, "The heap gives back what it does not keep.")
            .fixed("allocator_rss_bytes", 0, "The heap gives back what it does not keep.")
            .gauge(
                    "rss_overhead_ratio",
                    "What the machine has given the process, of what the heap has taken.",
                    m -> ratio(Math.max(0, m.resident), m.heap.getCommitted()))
            .gauge(
                    "rss_overhead_bytes",
                    Unit.BYTES,
                    "The difference of the two; below 0 where the heap has taken what it never used.",
                    m -> m.resident < 0 ? 0 : m.resident - m.heap.getCommitted())
            .fixed("mem_not_counted_for_evict", 0, "Nothing is evicted.")
            .fixed("mem_replication_backlog", 0, "There is no replication of Redis's kind.")
            .fixed("mem_total_replication_buffers", 0, "There is no replication of Redis's kind.")
            .fixed("mem_clients_slaves", 0, "There is no replication of Redis's kind.")
            .gauge("mem_clients_normal", Unit.BYTES, "What clients make the node hold.", MemoryFigures::clientBytes)
            .fixed("mem_cluster_links", 0, "peer_... has what is queued for other nodes.")
            .fixed("mem_aof_buffer", 0, "The log is appended to in each turn.")
            .fixed("mem_allocator", "jvm", "The JVM gives and collects memory.")
            .fixed("active_defrag_running", 0, "The JVM moves objects by itself.")
            .fixed("lazyfree_pending_objects", 0, "The JVM frees objects by itself.")
            .fixed("lazyfreed_objects", 0, "The JVM frees objects by itself.")
            .build();

    static MemoryFigures take(Reading reading) {
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        long used = heldBytes();
        EngineStats.Memory data = reading.of().engine().stats().memory();
        return new MemoryFigures(
                heap,
                reading.startedBytes(),
                used,
                Math.max(used, peaks()),
                ProcessFigures.residentBytes(),
                data.memtableBytes() + data.rowCacheBytes(),
                reading.of().server().load().waitingBytes());
    }

    /** The heap and the JVM's own parts, now. */
    static long heldBytes() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        return memory.getHeapMemoryUsage().getUsed()
                + memory.getNonHeapMemoryUsage().getUsed();
    }

    private static double ratio(long part, long all) {
        return all == 0 ? 0 : (double) part / all;
    }

    /** Each part's own peak: together at least what all of them ever held at one moment. */
    private static long peaks() {
        long sum = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            boolean isKnown =
                    pool.isValid() && (pool.getType() == MemoryType.HEAP || pool.getType() == MemoryType.NON_HEAP);
            sum += isKnown ? pool.getPeakUsage().getUsed() : 0;
        }
        return sum;
    }

    private static String percent(long part, long all) {
        return String.format(Locale.ROOT, "%.2f%%", all == 0 ? 0 : 100.0 * part / all);
    }
}
