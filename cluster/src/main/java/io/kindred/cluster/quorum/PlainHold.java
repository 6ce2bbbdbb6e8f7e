package io.kindred.cluster.quorum;

import io.kindred.cluster.ring.RecordKey;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Plain writes that a replica keeps back for a moment, because an update of the key has been refused for others again and
 * again: until its delta has come, or for so long. So a stream of SETs never starves an update.
 *
 * <p>Owned by: the core's thread.
 */
public final class PlainHold {
    /** Rounded up to the next step of {@link Requests}. */
    private static final long HOLD_NANOS = 40_000_000L;
    /** More keys than that are not held. */
    private static final int KEYS_MAX = 1_000;
    /** More writes than that of one key are not kept back. */
    private static final int WRITES_MAX = 1_000;

    private final Requests requests;
    private final Clocks clocks;
    /** Looked up, never iterated over. */
    private final Map<RecordKey, Held> keys = new HashMap<>();

    private final class Held extends Request {
        private final RecordKey key;
        private final ArrayDeque<Runnable> writes = new ArrayDeque<>();

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

    public PlainHold(Requests requests, Clocks clocks) {
        this.requests = requests;
        this.clocks = clocks;
    }

    /** From now on plain writes of this key wait. */
    public void hold(RecordKey key) {
        if (keys.size() < KEYS_MAX && !keys.containsKey(key)) {
            Held held = new Held(key);
            keys.put(key, held);
            requests.open(held, clocks.nanos());
            requests.hedge(held, clocks.nanos(), HOLD_NANOS);
        }
    }

    /** True: the write runs later. */
    public boolean keepsBack(RecordKey storageKey, Runnable write) {
        Held held = keys.isEmpty() ? null : keys.get(storageKey);
        if (held == null || held.writes.size() >= WRITES_MAX) {
            return false;
        }
        held.writes.add(write);
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
        requests.close(held);
        keys.remove(held.key);
        held.writes.forEach(Runnable::run);
    }
}
