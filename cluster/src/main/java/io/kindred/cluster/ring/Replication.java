package io.kindred.cluster.ring;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How many replicas a partition has in each datacenter (N): a number for all, and others for some by name.
 *
 * @param standard for every datacenter that is not named
 */
public record Replication(int standard, SortedMap<String, Integer> named) {

    public Replication {
        named = Collections.unmodifiableSortedMap(new TreeMap<>(named));
    }

    /** The same number everywhere. */
    public static Replication of(int replicas) {
        return new Replication(replicas, new TreeMap<>());
    }

    public int in(String datacenter) {
        return named.getOrDefault(datacenter, standard);
    }

    /** As a fingerprint has it: the number for all, and {@code name:number} for each other. */
    public String text() {
        StringBuilder text = new StringBuilder(Integer.toString(standard));
        named.forEach(
                (name, replicas) -> text.append(' ').append(name).append(':').append(replicas));
        return text.toString();
    }
}
