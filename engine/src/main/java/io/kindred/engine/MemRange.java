package io.kindred.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The part of a memtable that a scan step needs: its smallest keys within a range, copied out, so that the memtable may
 * go on changing while the step runs elsewhere.
 *
 * <p>Groups are looked at in key order and only until there are enough entries. Within a group a bounded heap keeps the
 * smallest keys seen, largest on top: one pass, one comparison for most entries.
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
        private int[] heap = new int[16];
        private int heapSize;
        private boolean overflowed;
        private long bytes;

        Collector(MemTable table, byte[] from, byte[] to, ScanLimit limit) {
            this.table = table;
            this.from = from;
            this.to = to;
            this.limit = limit;
        }

        MemRange collect() {
            for (int group : table.groups().sorted()) {
                if (!mayHold(group)) {
                    continue;
                }
                gather(group);
                if (!copyOut() || overflowed) {
                    return new MemRange(entries, true);
                }
            }
            return new MemRange(entries, false);
        }

        private boolean mayHold(int group) {
            byte[] first = {(byte) (group >>> 24), (byte) (group >>> 16), (byte) (group >>> 8), (byte) group};
            boolean belowEnd = to.length == 0 || Arrays.compareUnsigned(first, to) < 0;
            int prefix = Math.min(from.length, first.length);
            return belowEnd && Arrays.compareUnsigned(first, 0, prefix, from, 0, prefix) >= 0;
        }

        private void gather(int group) {
            heapSize = 0;
            for (int ref = table.groups().head(group); ref != 0; ref = table.nextInGroup(ref)) {
                if (!table.isSuperseded(ref)
                        && table.compareKey(ref, from) >= 0
                        && (to.length == 0 || table.compareKey(ref, to) < 0)) {
                    offer(ref);
                }
            }
            RefSort.sort(table, heap, 0, heapSize);
        }

        private void offer(int ref) {
            if (heapSize < limit.entries() - entries.size()) {
                if (heapSize == heap.length) {
                    heap = Arrays.copyOf(heap, heapSize * 2);
                }
                heap[heapSize] = ref;
                siftUp(heapSize++);
                return;
            }
            overflowed = true;
            if (heapSize > 0 && table.compareKeys(ref, heap[0]) < 0) {
                heap[0] = ref;
                siftDown();
            }
        }

        private void siftUp(int child) {
            while (child > 0) {
                int parent = child - 1 >>> 1;
                if (table.compareKeys(heap[parent], heap[child]) >= 0) {
                    return;
                }
                swap(parent, child);
                child = parent;
            }
        }

        private void siftDown() {
            int parent = 0;
            while (2 * parent + 1 < heapSize) {
                int child = 2 * parent + 1;
                if (child + 1 < heapSize && table.compareKeys(heap[child + 1], heap[child]) > 0) {
                    child++;
                }
                if (table.compareKeys(heap[parent], heap[child]) >= 0) {
                    return;
                }
                swap(parent, child);
                parent = child;
            }
        }

        private void swap(int left, int right) {
            int ref = heap[left];
            heap[left] = heap[right];
            heap[right] = ref;
        }

        /** False once the bytes are used up with entries left over; at least one entry is always copied. */
        private boolean copyOut() {
            for (int i = 0; i < heapSize; i++) {
                if (bytes >= limit.bytes()) {
                    return false;
                }
                ScanStep.Entry entry = new ScanStep.Entry(table.key(heap[i]), table.valueOrAbsent(heap[i]));
                bytes += entry.key().length + entry.value().length;
                entries.add(entry);
            }
            return true;
        }
    }
}
