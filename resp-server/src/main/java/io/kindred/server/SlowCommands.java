package io.kindred.server;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Which commands were slow: from the read that brought them (or, of those that had to wait, from the turn of the loop in which
 * they began) to the end of the read, or of the turn, in which they were answered.
 *
 * <p>The clock is not read for each command: what one read brings and memory answers shares one time. So what is answered is
 * noted, and looked at when the clock is read next, which is when the next connection is read from or the turn ends.
 *
 * <p>Owned by: the loop thread.
 */
final class SlowCommands {
    /** Answers that wait for a look at the clock; past them it is read once more. */
    private static final int ANSWERS_MAX = 1024;

    private final SlowLog log = new SlowLog();
    private final LatencyLog latencies = new LatencyLog();
    private final ServerClock clock;
    private final ClientSettings settings;
    private final @Nullable ReplySlot[] answers = new ReplySlot[ANSWERS_MAX];
    private int count;

    SlowCommands(ServerClock clock, ClientSettings settings) {
        this.clock = clock;
        this.settings = settings;
    }

    /** With all that has been answered by now. */
    SlowLog log() {
        look(clock.nanos().getAsLong());
        return log;
    }

    /** With all that has been answered by now. */
    LatencyLog latencies() {
        look(clock.nanos().getAsLong());
        return latencies;
    }

    /** A command that was started is answered. */
    void answered(ReplySlot slot) {
        if (settings.slow().isNothing()) {
            return;
        }
        if (count == ANSWERS_MAX) {
            look(clock.nanos().getAsLong());
        }
        answers[count++] = slot;
    }

    /** The clock has been read. */
    void look(long nowNanos) {
        if (count == 0) {
            return;
        }
        SlowLimits limits = settings.slow();
        for (int i = 0; i < count; i++) {
            ReplySlot slot = answers[i];
            answers[i] = null;
            if (slot != null && nowNanos - slot.startedNanos() >= limits.fromNanos()) {
                note(slot, limits, nowNanos - slot.startedNanos());
            }
        }
        count = 0;
    }

    private void note(ReplySlot slot, SlowLimits limits, long tookNanos) {
        byte[][] args = slot.args();
        if (args == null) {
            return;
        }
        long nowMillis = clock.wall().millis();
        if (limits.isLogged(tookNanos)) {
            log.add(slot.client(), args, TimeUnit.NANOSECONDS.toMicros(tookNanos), nowMillis / 1000, limits.logMax());
        }
        if (limits.isLatency(tookNanos)) {
            latencies.add("command", TimeUnit.NANOSECONDS.toMillis(tookNanos), nowMillis);
        }
    }
}
