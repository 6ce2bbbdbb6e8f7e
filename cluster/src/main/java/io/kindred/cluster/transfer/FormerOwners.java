package io.kindred.cluster.transfer;

import java.util.Collection;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * By partition that is held here and does not count: which nodes have told that they have nothing left of it, and whom this
 * node has met since that is true of all but owners and holders. Forgotten whenever owners or holders change.
 */
final class FormerOwners {
    private final TreeMap<Integer, Set<Long>> emptied = new TreeMap<>();
    private final TreeMap<Integer, Partners> lastMeetings = new TreeMap<>();

    void emptied(long node, Collection<Integer> partitions) {
        partitions.forEach(partition ->
                emptied.computeIfAbsent(partition, p -> new TreeSet<>()).add(node));
    }

    boolean isEmptied(int partition, long node) {
        return emptied.getOrDefault(partition, Set.of()).contains(node);
    }

    /** @param isBegun whether there is nobody else left to be met; what was met before that does not count */
    Partners lastMeeting(int partition, boolean isBegun) {
        if (!isBegun) {
            lastMeetings.remove(partition);
            return new Partners();
        }
        return lastMeetings.computeIfAbsent(partition, p -> new Partners());
    }

    TreeMap<Integer, Partners> lastMeetings() {
        return lastMeetings;
    }

    void forget(int partition) {
        emptied.remove(partition);
        lastMeetings.remove(partition);
    }

    void forgetAll() {
        emptied.clear();
        lastMeetings.clear();
    }
}
