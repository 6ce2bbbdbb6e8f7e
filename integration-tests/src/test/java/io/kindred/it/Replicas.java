package io.kindred.it;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What each replica of each key holds, read one by one: with R=1 a node that is a replica of the key asks only itself,
 * and repairs nothing.
 */
final class Replicas {
    private static final int PIPELINE = 500;
    private static final int SHOWN_MAX = 10;

    private Replicas() {}

    /** A command about a key. */
    private interface Question {
        Object[] about(String key);
    }

    /** Waits until all replicas of each key hold the same siblings: values, dots and times. */
    static void awaitAgreement(KindredCluster cluster, List<String> keys, Duration within) {
        Map<String, List<String>> owners = owners(cluster, keys);
        List<String> differing = new ArrayList<>();
        try {
            Await.until("all replicas agree", within, () -> {
                differing.clear();
                differing.addAll(disagreements(cluster, owners));
                return differing.isEmpty();
            });
        } catch (AssertionError e) {
            throw new AssertionError(
                    e.getMessage() + ": of " + keys.size() + " keys " + differing.size() + " differ, among them\n"
                            + String.join("\n", differing.subList(0, Math.min(SHOWN_MAX, differing.size()))),
                    e);
        }
    }

    /** Waits until each key has so many replicas, and all of them hold the same siblings, at least one. */
    static void awaitHeld(KindredCluster cluster, List<String> keys, int n, Duration within) {
        awaitAgreement(cluster, keys, within);
        Map<String, List<String>> owners = owners(cluster, keys);
        List<String> wrong = new ArrayList<>();
        owners.forEach((key, names) -> {
            if (names.size() != n) {
                wrong.add(key + " has the replicas " + names);
            }
        });
        for (KindredProcess node : cluster.nodes()) {
            List<String> own = owners.keySet().stream()
                    .filter(key -> owners.getOrDefault(key, List.of()).contains(node.name()))
                    .toList();
            try (RespConnection connection = node.connect()) {
                ask(connection, own, key -> new Object[] {"KIN.SIBLINGS", key, "R", 1})
                        .forEach((key, siblings) -> {
                            if (((List<?>) siblings).isEmpty()) {
                                wrong.add(key + " is not at " + node.name());
                            }
                        });
            }
        }
        if (!wrong.isEmpty()) {
            throw new AssertionError(wrong.size() + " of " + keys.size() + " keys, among them\n"
                    + String.join("\n", wrong.subList(0, Math.min(SHOWN_MAX, wrong.size()))));
        }
    }

    /** Each key's own replicas, by name. */
    /** The names of each key's replicas. */
    static Map<String, List<String>> owners(KindredCluster cluster, List<String> keys) {
        Map<String, List<String>> owners = new TreeMap<>();
        try (RespConnection connection = cluster.connect(0)) {
            ask(connection, keys, key -> new Object[] {"KIN.REPLICAS", key}).forEach((key, rows) -> {
                List<String> names = new ArrayList<>();
                for (Object row : (List<?>) rows) {
                    List<@Nullable String> fields = RespConnection.asTexts(row);
                    if ("primary".equals(fields.get(3))) {
                        names.add(String.valueOf(fields.get(0)));
                    }
                }
                owners.put(key, names);
            });
        }
        return owners;
    }

    private static List<String> disagreements(KindredCluster cluster, Map<String, List<String>> owners) {
        Map<String, Map<String, String>> held = new TreeMap<>();
        for (KindredProcess node : cluster.nodes()) {
            List<String> own = owners.keySet().stream()
                    .filter(key -> owners.getOrDefault(key, List.of()).contains(node.name()))
                    .toList();
            try (RespConnection connection = node.connect()) {
                ask(connection, own, key -> new Object[] {"KIN.SIBLINGS", key, "R", 1})
                        .forEach((key, siblings) -> held.computeIfAbsent(key, none -> new TreeMap<>())
                                .put(node.name(), RespConnection.show(siblings)));
            }
        }
        List<String> differing = new ArrayList<>();
        held.forEach((key, byNode) -> {
            if (new HashSet<>(byNode.values()).size() > 1) {
                differing.add(key + ": " + byNode);
            }
        });
        return differing;
    }

    /** The reply for each key, pipelined. */
    private static Map<String, Object> ask(RespConnection connection, List<String> keys, Question question) {
        Map<String, Object> replies = new HashMap<>();
        for (int from = 0; from < keys.size(); from += PIPELINE) {
            List<String> some = keys.subList(from, Math.min(from + PIPELINE, keys.size()));
            some.forEach(key -> connection.send(question.about(key)));
            for (String key : some) {
                replies.put(key, Objects.requireNonNull(connection.receive()));
            }
        }
        return replies;
    }
}
