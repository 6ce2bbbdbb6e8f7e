package io.kindred.cluster.sim;

import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** In which order each node has stored the versions of a key. */
final class Arrivals {
    private final Map<Place, Map<Dot, Long>> numbers = new HashMap<>();
    /** What was stored up to then may have come a second time since, in another order. */
    private final Map<Place, Long> lost = new HashMap<>();

    private record Place(SimNode node, String key) {}

    /** @param now a number above all before */
    void stored(SimNode node, String key, Versions before, Versions after, long now) {
        Map<Dot, Long> known = numbers.computeIfAbsent(new Place(node, key), place -> new HashMap<>());
        for (Sibling sibling : after.siblings()) {
            if (!before.hasLive(sibling.dot())) {
                known.put(sibling.dot(), now);
            }
        }
    }

    /** The node has less of the key than it had stored. */
    void lost(SimNode node, String key, long now) {
        lost.put(new Place(node, key), now);
    }

    /**
     * Whether the node may have taken some of these dots with all that it held by then covered by them, and none left to live
     * beside. What has been superseded since is taken for that.
     *
     * @param held what the node has of the key now
     * @param begun when the first of the dots was made, or before that
     */
    boolean tookWhole(SimNode node, String key, List<Dot> dots, Versions held, long begun) {
        Place place = new Place(node, key);
        if (lost.getOrDefault(place, 0L) > begun) {
            return true;
        }
        Map<Dot, Long> known = numbers.getOrDefault(place, Map.of());
        return dots.stream()
                .filter(held.clock()::covers)
                .anyMatch(dot -> !held.hasLive(dot) || isFirst(known, dot, dots, held));
    }

    private static boolean isFirst(Map<Dot, Long> known, Dot dot, List<Dot> dots, Versions held) {
        long number = known.getOrDefault(dot, 0L);
        return held.siblings().stream()
                .map(Sibling::dot)
                .filter(other -> !dots.contains(other))
                .noneMatch(other -> known.getOrDefault(other, number) < number);
    }
}
