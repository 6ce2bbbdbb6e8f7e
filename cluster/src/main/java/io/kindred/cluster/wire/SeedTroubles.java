package io.kindred.cluster.wire;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Why a node that looks for its cluster has not found it: for each seed the last reason, and what to do about it.
 *
 * <p>Owned by: the event loop.
 */
final class SeedTroubles {

    private final Map<String, String> reasons = new TreeMap<>();

    /** @return whether this is news */
    boolean failed(String seed, HandshakeFailure failure) {
        String reason = failure.reason() + advice(failure.kind());
        return !reason.equals(reasons.put(seed, reason));
    }

    /** It has been connected to, or is not dialed any more. */
    boolean isOver(String seed) {
        return reasons.remove(seed) != null;
    }

    /** Empty: there are none. */
    String text() {
        return reasons.isEmpty()
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
