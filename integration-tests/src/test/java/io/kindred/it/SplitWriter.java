package io.kindred.it;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * A client of one node that writes while links are cut: sets that grow by read, merge and put with a context,
 * and plain SETs. Other writers write the same keys through other nodes. Every answer must be an OK: the node itself is a
 * replica of each key. Owned by: one thread at a time.
 */
final class SplitWriter {
    static final int KEYS = 5;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(40);

    private final RespConnection node;
    private final String name;
    private final int quorum;
    private final List<Set<String>> elements = new ArrayList<>();
    private final Map<String, String> lastSet = new HashMap<>();
    private int round;

    /**
     * @param node with this writer's quorums set on it from now on
     * @param quorum R and W
     */
    SplitWriter(RespConnection node, String name, int quorum) {
        this.node = node;
        this.name = name;
        this.quorum = quorum;
        node.call("KIN.QUORUM", "R", quorum, "W", quorum);
        for (int key = 0; key < KEYS; key++) {
            elements.add(new TreeSet<>());
        }
    }

    static String setKey(int key) {
        return "grown" + key;
    }

    static String plainKey(int key) {
        return "plain" + key;
    }

    /** Writes one key after the other for that long. */
    void write(Duration time) {
        long endNanos = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < endNanos) {
            int key = round % KEYS;
            String element = name + "." + round;
            SharedSet.add(node, setKey(key), element, quorum);
            elements.get(key).add(element);
            node.call("SET", plainKey(key), element);
            lastSet.put(plainKey(key), element);
            round++;
            Await.reach(System.nanoTime() + PAUSE_NANOS);
        }
    }

    int acknowledged() {
        return elements.stream().mapToInt(Set::size).sum();
    }

    /** What was put and acknowledged of that set. */
    Set<String> elements(int key) {
        return elements.get(key);
    }

    /** By key, the last value of a plain SET. */
    Map<String, String> lastSet() {
        return Collections.unmodifiableMap(lastSet);
    }
}
