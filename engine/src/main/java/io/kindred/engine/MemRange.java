package io.kindred.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The part of a memtable that a scan step needs: its smallest keys within a range, copied out, so that the memtable may
 * go on changing while the step runs elsewhere.
 *
 * <p>Groups are looked at in key order and only until there are enough entries; {@link GroupOrder} has those of a group in
 * order.
 *
 * @param entries ascending; a value that is {@link StorageEngine#ABSENT} is a deletion
 * @param truncated there are more, all of them above the last entry
 */
record MemRange(List<ScanStep.Entry> entries, boolean truncated) {
    static final MemRange NONE = new MemRange(List.of(), false);

    static MemRange of(MemTable table, byte[] from, byte[] to, ScanLimit limit) {
        return new Collector(table, from, to, limit).collect();
    }

    private static final class Collector {
        private final MemTable table;
        private final byte[] from;
        private final byte[] to;
        private final ScanLimit limit;
        private final List<ScanStep.Entry> entries = new ArrayList<>();
        private long bytes;

        Collector(MemTable table, byte[] from, byte[] to, ScanLimit limit) {
            this.table = table;
            this.from = from;
            this.to = to;
            this.limit = limit;
        }

        MemRange collect() {
            int[] groups = table.order().groups();
            for (int i = firstWithin(groups); i < groups.length && isBelowEnd(groups[i]); i++) {
                if (!takeAll(groups[i])) {
                    return new MemRange(entries, true);
                }
            }
            return new MemRange(entries, false);
        }

        /** The place of the first group that may hold a key which is not below `from`. */
        private int firstWithin(int[] groups) {
            int prefix = Math.min(from.length, Integer.BYTES);
            int low = 0;
            int high = groups.length;
            while (low < high) {
                int middle = low + high >>> 1;
                if (Arrays.compareUnsigned(bytes(groups[middle]), 0, prefix, from, 0, prefix) < 0) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        private boolean isBelowEnd(int group) {
            return to.length == 0 || Arrays.compareUnsigned(bytes(group), to) < 0;
        }

        private static byte[] bytes(int group) {
            return new byte[] {(byte) (group >>> 24), (byte) (group >>> 16), (byte) (group >>> 8), (byte) group};
        }

        /** False if there is no room for one of the group's; at least one entry is always copied. */
        private boolean takeAll(int group) {
            GroupOrder order = table.order().seek(group, from);
            for (int ref = order.next(); ref != 0; ref = order.next()) {
                if (to.length > 0 && table.compareKey(ref, to) >= 0) {
                    return true;
                }
                if (entries.size() == limit.entries() || bytes >= limit.bytes()) {
                    return false;
                }
                ScanStep.Entry entry = new ScanStep.Entry(table.key(ref), table.valueOrAbsent(ref));
                bytes += entry.key().length + entry.value().length;
                entries.add(entry);
            }
            return true;
        }
    }
}
