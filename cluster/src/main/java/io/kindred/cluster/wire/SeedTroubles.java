package io.kindred.cluster.wire;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Why a node that looks for its cluster has not found it: for each seed the last reason, and what to do about it. As long as
 * one of them lets it in, or has not been heard from yet, no other one is the trouble.
 *
 * <p>Owned by: the event loop.
 */
final class SeedTroubles {

    private final Map<String, String> reasons = new TreeMap<>();
    /** Those that are dialed, and have neither let it in nor failed yet. */
    private final Set<String> unanswered = new TreeSet<>();
    /** Those that have let it in, and have not failed since. */
    private final Set<String> open = new TreeSet<>();

    /** @return whether the text is another one now, as of the others below */
    boolean dialed(String seed) {
        String before = text();
        if (!reasons.containsKey(seed) && !open.contains(seed)) {
            unanswered.add(seed);
        }
        return !text().equals(before);
    }

    boolean failed(String seed, HandshakeFailure failure) {
        String before = text();
        forget(seed);
        reasons.put(seed, failure.reason() + advice(failure.kind()));
        return !text().equals(before);
    }

    boolean letsIn(String seed) {
        String before = text();
        forget(seed);
        open.add(seed);
        return !text().equals(before);
    }

    /** It is not dialed any more. */
    boolean isOver(String seed) {
        String before = text();
        forget(seed);
        return !text().equals(before);
    }

    private void forget(String seed) {
        reasons.remove(seed);
        unanswered.remove(seed);
        open.remove(seed);
    }

    /** Empty: there are none. */
    String text() {
        return reasons.isEmpty() || !unanswered.isEmpty() || !open.isEmpty()
                ? ""
                : "no seed lets it in: "
                        + reasons.entrySet().stream()
                                .map(entry -> entry.getKey() + ": " + entry.getValue())
                                .collect(Collectors.joining("; "));
    }

    /** Most reasons say it themselves. */
    private static String advice(HandshakeFailure.Kind kind) {
        return switch (kind) {
            case UNREACHABLE ->
                " (seeds names the host and cluster-port of nodes that run: check it, and any firewall)";
            case GARBAGE, TIMEOUT -> " (it does not answer as a node's cluster-port does: check seeds)";
            default -> "";
        };
    }
}
