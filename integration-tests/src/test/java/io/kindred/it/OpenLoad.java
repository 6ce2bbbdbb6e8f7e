package io.kindred.it;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An open loop of SETs and GETs, half each, over a fixed set of keys: requests fall due at a fixed rate, whether or not
 * earlier ones are answered, and their latency counts from when they fell due. So a server that stalls pays for every
 * request that its stall kept waiting.
 *
 * <p>Each connection has a thread, which takes the next request when it is free; there are enough of them that requests
 * wait for one only if the servers are far behind. Nothing is ever retried.
 */
final class OpenLoad implements AutoCloseable {
    /** New processes are slow, and each of these has a request's timeout. */
    private static final int PRELOAD_BATCH = 100;

    private final Plan plan;
    private final Seed seed;
    private final LoadTrace trace;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger taken = new AtomicInteger();
    private final List<Thread> threads = new ArrayList<>();
    private final long beganNanos;
    private volatile long endNanos = Long.MAX_VALUE;

    /** @param connectionsEach to each node */
    record Plan(int perSecond, int connectionsEach, int keys, int secondsMax) {}

    private OpenLoad(Plan plan, Seed seed) {
        this.plan = plan;
        this.seed = seed;
        this.trace = new LoadTrace(plan.perSecond() * plan.secondsMax());
        // The threads need a moment to be there.
        this.beganNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100);
    }

    /** Gives every key a value, on all N replicas. */
    static void preload(KindredProcess node, int keys, int n) {
        try (RespConnection connection = node.connect()) {
            connection.call("KIN.QUORUM", "W", n);
            for (int from = 0; from < keys; from += PRELOAD_BATCH) {
                int to = Math.min(keys, from + PRELOAD_BATCH);
                for (int key = from; key < to; key++) {
                    connection.send("SET", "key" + key, LoadTrace.value(-1, key));
                }
                for (int key = from; key < to; key++) {
                    connection.receive();
                }
            }
        }
    }

    /** Requires: preloaded keys. */
    static OpenLoad begin(Plan plan, List<KindredProcess> nodes, Seed seed) {
        OpenLoad load = new OpenLoad(plan, seed);
        for (int i = 0; i < plan.connectionsEach() * nodes.size(); i++) {
            RespConnection connection = nodes.get(i % nodes.size()).connect();
            Thread thread = new Thread(() -> load.work(connection), "load " + i);
            load.threads.add(thread);
            thread.start();
        }
        return load;
    }

    private void work(RespConnection connection) {
        try (connection) {
            int request = next.getAndIncrement();
            while (request < trace.capacity()) {
                long due = due(request);
                Await.reach(due);
                if (due >= endNanos) {
                    return;
                }
                taken.incrementAndGet();
                if (!run(connection, request, due)) {
                    return;
                }
                request = next.getAndIncrement();
            }
        }
    }

    private long due(int request) {
        return beganNanos + request * TimeUnit.SECONDS.toNanos(1) / plan.perSecond();
    }

    /** False: the connection is broken, which is a failure of the request. */
    private boolean run(RespConnection connection, int request, long due) {
        Random random = seed.random(request);
        int key = random.nextInt(plan.keys());
        boolean set = random.nextBoolean();
        trace.sent(request, key, set, due);
        try {
            if (set) {
                String reply = connection.value("SET", "key" + key, LoadTrace.value(request, key));
                check(reply.equals("OK"), request, reply);
            } else {
                String value = connection.text("GET", "key" + key);
                check(value != null && LoadTrace.isOf(key, value), request, Objects.requireNonNullElse(value, "nil"));
            }
        } catch (RespError e) {
            trace.failed(request, beganNanos, e.line());
        } catch (UncheckedIOException e) {
            trace.failed(request, beganNanos, e.toString());
            return false;
        }
        return true;
    }

    private void check(boolean right, int request, String reply) {
        if (right) {
            trace.done(request);
        } else {
            trace.failed(request, beganNanos, reply);
        }
    }

    /** Lets the requests that are due come to their end. */
    LoadTrace end() {
        endNanos = Math.min(endNanos, System.nanoTime());
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while the load ended", e);
        }
        trace.end(taken.get());
        return trace;
    }

    /** As end, where a test does not come to it. */
    @Override
    public void close() {
        end();
    }
}
