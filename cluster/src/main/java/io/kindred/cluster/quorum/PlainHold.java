package io.kindred.cluster.quorum;

import io.kindred.cluster.ring.RecordKey;
import java.util.HashMap;
import java.util.Map;

/**
 * Plain writes that a replica keeps back for a moment, because an update of the key has been refused for others again and
 * again: they wait in the key's line until its delta has come, or for so long. So a stream of SETs never starves an update.
 *
 * <p>Owned by: the core's thread.
 */
public final class PlainHold {
    /** Rounded up to the next step of {@link Requests}. */
    private static final long HOLD_NANOS = 40_000_000L;
    /** More keys than that are not held. */
    private static final int KEYS_MAX = 1_000;

    private final KeyLines lines;
    /** Looked up, never iterated over. */
    private final Map<RecordKey, Held> keys = new HashMap<>();

    private final class Held extends Request {
        private final RecordKey key;

        Held(RecordKey key) {
            this.key = key;
        }

        @Override
        protected void onHedge() {
            release(this);
        }

        @Override
        protected void onDeadline() {
            release(this);
        }
    }

    /** A write that another node coordinates. */
    private static final class Write extends Turn {
        private final Runnable write;

        Write(Runnable write, long deadlineNanos) {
            super(Hold.GIVING_WAY.bit(), deadlineNanos);
            this.write = write;
        }

        @Override
        void begin() {
            write.run();
        }

        @Override
        void refuse(String why) {
            write.run();
        }
    }

    public PlainHold(KeyLines lines) {
        this.lines = lines;
    }

    /** From now on plain writes of this key wait. */
    public void hold(RecordKey key) {
        if (keys.size() < KEYS_MAX && !keys.containsKey(key)) {
            Held held = new Held(key);
            keys.put(key, held);
            long now = lines.clocks().nanos();
            lines.of(key).hold(Hold.GIVING_WAY, now + HOLD_NANOS);
            lines.requests().open(held, now);
            lines.requests().hedge(held, now, HOLD_NANOS);
        }
    }

    /** True: the write runs later. */
    public boolean keepsBack(RecordKey storageKey, Runnable write) {
        KeyLine line = keys.isEmpty() ? null : lines.find(storageKey);
        if (line == null || !line.isHeld(Hold.GIVING_WAY)) {
            return false;
        }
        line.stand(new Write(write, lines.clocks().nanos() + lines.requests().timeoutNanos()));
        return true;
    }

    /** The update's delta is here. */
    public void release(RecordKey storageKey) {
        Held held = keys.isEmpty() ? null : keys.get(storageKey);
        if (held != null) {
            release(held);
        }
    }

    private void release(Held held) {
        lines.requests().close(held);
        keys.remove(held.key);
        lines.of(held.key).release(Hold.GIVING_WAY);
    }
}
