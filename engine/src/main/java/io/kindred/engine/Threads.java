package io.kindred.engine;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The engine's own threads: daemons, named for what they do, stopped when the engine closes. */
final class Threads {
    private static final System.Logger LOGGER = System.getLogger(Threads.class.getName());

    private Threads() {}

    /** When this is shut down, what is due still runs; what is delayed, periodic or comes later does not. */
    static ScheduledThreadPoolExecutor named(String name, int threads) {
        AtomicInteger started = new AtomicInteger();
        ThreadFactory factory = task -> {
            String suffix = threads == 1 ? "" : "-" + started.incrementAndGet();
            Thread thread = new Thread(task, "kindred-engine-" + name + suffix);
            thread.setDaemon(true);
            return thread;
        };
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(threads, factory);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor.setRemoveOnCancelPolicy(true);
        executor.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        return executor;
    }

    /** A task that says so when it breaks; a thread pool alone would swallow that. */
    static Runnable reporting(String what, Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                LOGGER.log(System.Logger.Level.ERROR, "the engine's " + what + " broke", e);
                throw e;
            }
        };
    }

    /** Waits for what runs; it has been told to stop, and nothing is interrupted, for that would close its files. */
    static void join(ExecutorService executor) {
        executor.shutdown();
        boolean interrupted = false;
        while (true) {
            try {
                if (executor.awaitTermination(1, TimeUnit.DAYS)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
