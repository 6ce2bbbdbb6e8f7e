package io.kindred.cluster.transfer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/**
 * What one exchange with a peer is about: the first partitions, so that they are through one after the other; behind an exchange
 * that failed the next ones, for what cannot be had yet must not keep back the others.
 */
final class ExchangeChunks {
    /** Progress is noted, and survives, in such steps. */
    static final int PARTITIONS_MAX = 16;

    /** By peer, the last partition of the last exchange with it, if that did not make all equal. */
    private final TreeMap<Long, Integer> lastFailed = new TreeMap<>();

    List<Integer> next(long peer, List<Integer> sorted) {
        int last = lastFailed.getOrDefault(peer, -1);
        int begin = 0;
        while (begin < sorted.size() && sorted.get(begin) <= last) {
            begin++;
        }
        List<Integer> turned = new ArrayList<>(sorted.subList(begin, sorted.size()));
        turned.addAll(sorted.subList(0, begin));
        return List.copyOf(turned.subList(0, Math.min(PARTITIONS_MAX, turned.size())));
    }

    void ended(long peer, List<Integer> chunk, Collection<Integer> equal) {
        if (equal.containsAll(chunk)) {
            lastFailed.remove(peer);
        } else {
            lastFailed.put(peer, chunk.get(chunk.size() - 1));
        }
    }
}
