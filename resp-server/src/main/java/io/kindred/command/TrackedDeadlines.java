package io.kindred.command;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** When keys that clients keep copies of go by themselves: one deadline a key, for as long as there is a copy. */
final class TrackedDeadlines {
    private final Map<Tracking.Key, Long> byKey = new HashMap<>();
    private final TreeMap<Long, Set<Tracking.Key>> byTime = new TreeMap<>();

    /** The earliest that was read counts: what is told too early is read once more. */
    void add(Tracking.Key key, long atMillis) {
        Long before = byKey.get(key);
        if (before != null && before <= atMillis) {
            return;
        }
        forget(key);
        byKey.put(key, atMillis);
        byTime.computeIfAbsent(atMillis, at -> new LinkedHashSet<>(2)).add(key);
    }

    void forget(Tracking.Key key) {
        Long at = byKey.remove(key);
        if (at != null) {
            Set<Tracking.Key> then = byTime.getOrDefault(at, Set.of());
            then.remove(key);
            if (then.isEmpty()) {
                byTime.remove(at);
            }
        }
    }

    /** Those that are over, of one moment; none: there are no more. */
    List<Tracking.Key> due(long nowMillis) {
        return byTime.isEmpty() || byTime.firstKey() > nowMillis
                ? List.of()
                : List.copyOf(byTime.firstEntry().getValue());
    }

    int size() {
        return byKey.size();
    }

    void clear() {
        byKey.clear();
        byTime.clear();
    }
}
