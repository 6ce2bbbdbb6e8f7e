package io.kindred.server;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * When something took longer than {@code latency-monitor-threshold}, as LATENCY shows it: of each kind of event the slowest of
 * a second, for the last {@link #SAMPLES_MAX} seconds that had one.
 *
 * <p>Owned by: the loop thread.
 */
final class LatencyLog {
    /** As in Redis. */
    static final int SAMPLES_MAX = 160;

    private final Map<String, Event> events = new TreeMap<>();

    record Sample(long seconds, long millis) {}

    record Latest(String event, Sample last, long mostMillis) {}

    private static final class Event {
        private final ArrayDeque<Sample> oldestFirst = new ArrayDeque<>();
        private long mostMillis;
    }

    void add(String name, long tookMillis, long nowMillis) {
        Event event = events.computeIfAbsent(name, each -> new Event());
        long seconds = nowMillis / 1000;
        Sample last = event.oldestFirst.peekLast();
        long inSecond = tookMillis;
        if (last != null && last.seconds() == seconds) {
            inSecond = Math.max(tookMillis, last.millis());
            event.oldestFirst.removeLast();
        }
        event.oldestFirst.addLast(new Sample(seconds, inSecond));
        if (event.oldestFirst.size() > SAMPLES_MAX) {
            event.oldestFirst.removeFirst();
        }
        event.mostMillis = Math.max(event.mostMillis, tookMillis);
    }

    List<Latest> latest() {
        List<Latest> all = new ArrayList<>();
        events.forEach((name, event) -> all.add(new Latest(name, event.oldestFirst.getLast(), event.mostMillis)));
        return all;
    }

    List<Sample> history(String name) {
        Event event = events.get(name);
        return event == null ? List.of() : List.copyOf(event.oldestFirst);
    }

    /** @return how many were forgotten */
    int reset(List<String> names) {
        int before = events.size();
        if (names.isEmpty()) {
            events.clear();
        } else {
            names.forEach(events::remove);
        }
        return before - events.size();
    }
}
