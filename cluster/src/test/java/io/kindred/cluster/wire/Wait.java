package io.kindred.cluster.wire;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** Waits for what another thread will say, and fails where it does not. */
final class Wait {

    private static final long SECONDS_MAX = 20;

    private Wait() {}

    /** The next that is told. */
    static <T> T next(BlockingQueue<T> queue) {
        try {
            T told = queue.poll(SECONDS_MAX, TimeUnit.SECONDS);
            if (told == null) {
                throw new AssertionError("nothing was told within " + SECONDS_MAX + " s");
            }
            return told;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Passes over whatever else is told before. */
    static <T> void until(BlockingQueue<T> queue, T wanted) {
        while (!wanted.equals(next(queue))) {
            Thread.onSpinWait();
        }
    }
}
