package io.kindred.cluster.node;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One task at the earliest time that was asked for, in whole milliseconds, never early. After it has run nothing is
 * scheduled, for the core asks anew in the step that it leads to; but what was asked for behind it is kept, for a core that
 * knows its time to be over takes it for done.
 */
final class WakeTimer {

    private static final long NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final EventLoop loop;
    private final NodeClock clock;
    private final Runnable action;
    private long wakeNanos = Long.MAX_VALUE;
    /** Asked for while an earlier one, which may be over but has not run, was. */
    private long behindNanos = Long.MAX_VALUE;

    private @Nullable ScheduledFuture<?> scheduled;

    WakeTimer(EventLoop loop, NodeClock clock, Runnable action) {
        this.loop = loop;
        this.clock = clock;
        this.action = action;
    }

    void wakeAt(long nanos) {
        if (nanos < wakeNanos) {
            unschedule();
            wakeNanos = nanos;
            schedule();
        } else {
            behindNanos = Math.min(behindNanos, nanos);
        }
    }

    void cancel() {
        wakeNanos = Long.MAX_VALUE;
        behindNanos = Long.MAX_VALUE;
        unschedule();
    }

    private void unschedule() {
        if (scheduled != null) {
            scheduled.cancel(false);
            scheduled = null;
        }
    }

    private void schedule() {
        long waitNanos = Math.max(0, wakeNanos - clock.nanos());
        long waitMillis = (waitNanos + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI;
        scheduled = loop.schedule(this::run, waitMillis, TimeUnit.MILLISECONDS);
    }

    private void run() {
        if (clock.nanos() < wakeNanos) {
            schedule();
            return;
        }
        long behind = behindNanos;
        wakeNanos = Long.MAX_VALUE;
        behindNanos = Long.MAX_VALUE;
        scheduled = null;
        action.run();
        if (behind < Long.MAX_VALUE) {
            wakeAt(behind);
        }
    }
}
