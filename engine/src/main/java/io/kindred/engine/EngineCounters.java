package io.kindred.engine;

import java.util.concurrent.atomic.AtomicLong;

/** What the engine's threads count together; read by {@link StorageEngine#stats}. */
final class EngineCounters {
    final AtomicLong appendedBytes = new AtomicLong();
    final AtomicLong commits = new AtomicLong();
    final AtomicLong segments = new AtomicLong();
    final AtomicLong fsyncs = new AtomicLong();
    final AtomicLong lastFsyncNanos = new AtomicLong();
    final AtomicLong logFailures = new AtomicLong();
    final AtomicLong stalls = new AtomicLong();
    final AtomicLong commitsRefused = new AtomicLong();
    final AtomicLong flushes = new AtomicLong();
    final AtomicLong flushFailures = new AtomicLong();
    final AtomicLong tableReads = new AtomicLong();
    final AtomicLong bloomSkips = new AtomicLong();
    final AtomicLong corruptions = new AtomicLong();
    final AtomicLong valueFiles = new AtomicLong();
    final AtomicLong valueBytes = new AtomicLong();
    final AtomicLong valueLiveBytes = new AtomicLong();
    final AtomicLong valueMovedBytes = new AtomicLong();
    final AtomicLong valueCollectedBytes = new AtomicLong();
    final AtomicLong valueFailures = new AtomicLong();

    void fsynced(long startNanos) {
        lastFsyncNanos.set(System.nanoTime() - startNanos);
        fsyncs.incrementAndGet();
    }
}
