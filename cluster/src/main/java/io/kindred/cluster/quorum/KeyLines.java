package io.kindred.cluster.quorum;

import io.kindred.cluster.ring.RecordKey;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The lines of keys at this node. A key has one only while operations of it may have to wait for each other.
 *
 * <p>Owned by: the core's thread.
 */
public final class KeyLines {
    private final Requests requests;
    private final Clocks clocks;
    private final QuorumCounters counters;
    /** Looked up, never iterated over. */
    private final Map<RecordKey, KeyLine> lines = new HashMap<>();

    public KeyLines(Requests requests, Clocks clocks, QuorumCounters counters) {
        this.requests = requests;
        this.clocks = clocks;
        this.counters = counters;
    }

    /** Whether a turn at this key that waits for these holds would have to wait. */
    boolean keepsBack(RecordKey key, int keptBackBy) {
        KeyLine line = find(key);
        return line != null && line.keepsBack(keptBackBy);
    }

    @Nullable
    KeyLine find(RecordKey key) {
        return lines.isEmpty() ? null : lines.get(key);
    }

    /** The key's line, which is there from now on as long as it is of use. */
    KeyLine of(RecordKey key) {
        KeyLine line = lines.computeIfAbsent(key, k -> new KeyLine(this, k));
        counters.keyLines = lines.size();
        return line;
    }

    void forgetIfIdle(KeyLine line) {
        if (line.isIdle()) {
            lines.remove(line.key(), line);
            counters.keyLines = lines.size();
        }
    }

    void waiting(int more) {
        counters.turnsWaiting += more;
    }

    void refused() {
        counters.turnsRefused++;
    }

    Requests requests() {
        return requests;
    }

    Clocks clocks() {
        return clocks;
    }
}
