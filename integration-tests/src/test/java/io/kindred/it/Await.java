package io.kindred.it;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one place where tests wait: for a condition, with a deadline, and with words for what did not come; or for a fault
 * to have lasted.
 */
final class Await {
    private static final long POLL_NANOS = 5_000_000;

    private Await() {}

    /** Waits until the condition holds. An exception of the condition counts as "not yet" and is shown if time runs out. */
    static void until(String what, Duration atMost, Callable<Boolean> condition) {
        @Nullable Exception last = null;
        long deadline = System.nanoTime() + atMost.toNanos();
        do {
            try {
                if (condition.call()) {
                    return;
                }
                last = null;
            } catch (Exception e) {
                last = e;
            }
            LockSupport.parkNanos(POLL_NANOS);
        } while (System.nanoTime() < deadline);
        throw new AssertionError("not within " + atMost.toMillis() + " ms: " + what, last);
    }

    /** Lets time pass: how long a load runs or a fault lasts. Never in the hope that something happens meanwhile. */
    static void last(Duration time) {
        reach(System.nanoTime() + time.toNanos());
    }

    /** Returns at that moment of {@link System#nanoTime}, or at once if it is past. */
    static void reach(long atNanos) {
        for (long left = atNanos - System.nanoTime(); left > 0; left = atNanos - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
