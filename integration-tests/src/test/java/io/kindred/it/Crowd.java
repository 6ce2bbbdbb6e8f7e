package io.kindred.it;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Many clients at once: one thread each, all let go at the same moment, the first failure is the test's. */
final class Crowd {
    private static final long FINISH_WITHIN_S = 120;

    /** What one client does. */
    interface Client<T> {
        T run(int index) throws Exception;
    }

    private Crowd() {}

    /** Runs `size` clients to their end; their results in the order of their indexes. */
    static <T> List<T> run(int size, Client<T> client) {
        ExecutorService threads = Executors.newFixedThreadPool(size);
        CyclicBarrier start = new CyclicBarrier(size);
        try {
            List<Future<T>> running = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                int index = i;
                running.add(threads.submit(() -> {
                    start.await();
                    return client.run(index);
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> one : running) {
                results.add(one.get(FINISH_WITHIN_S, TimeUnit.SECONDS));
            }
            return results;
        } catch (ExecutionException e) {
            throw new AssertionError("one of the clients failed: " + e.getCause(), e.getCause());
        } catch (TimeoutException | InterruptedException e) {
            throw new AssertionError("the clients did not finish in " + FINISH_WITHIN_S + " s", e);
        } finally {
            threads.shutdownNow();
        }
    }
}
