package io.kindred.autoscale;

/**
 * What one node's INFO said.
 *
 * @param start differs from one start of the node's process to the next
 * @param commands since the start, or since the statistics were reset
 * @param cpuSeconds user and system time since the start
 * @param diskUsedBytes under the data directory
 * @param diskFreeBytes where that is
 * @param membersUp how many members this node sees up
 * @param unsettled what forbids a change of the ring now, as this node sees it; empty: nothing
 */
public record NodeReading(
        long start,
        long commands,
        double cpuSeconds,
        long diskUsedBytes,
        long diskFreeBytes,
        int membersUp,
        String unsettled) {
    double diskShare() {
        long whole = diskUsedBytes + diskFreeBytes;
        return whole <= 0 ? 0 : (double) diskUsedBytes / whole;
    }
}
