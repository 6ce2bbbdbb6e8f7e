package io.kindred.engine;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A sum for each group of keys. Open addressing from the group's number to its <i>place</i>, which never changes; so
 * that others can keep more about a group in an array of their own.
 */
final class GroupCounts {
    static final int NO_PLACE = -1;
    private static final int ENTRY_BYTES = Integer.BYTES + Long.BYTES;

    private int[] slots = new int[64];
    private int[] numbers = new int[16];
    private long[] sums = new long[16];
    private int size;

    GroupCounts() {
        Arrays.fill(slots, NO_PLACE);
    }

    /** Places that are taken: 0 to this, exclusive. */
    int size() {
        return size;
    }

    long get(int group) {
        int place = find(group);
        return place == NO_PLACE ? 0 : sums[place];
    }

    void add(int group, long delta) {
        if (delta != 0) {
            int place = place(group); // may make the arrays anew
            sums[place] += delta;
        }
    }

    void addAll(GroupCounts others) {
        for (int i = 0; i < others.size; i++) {
            add(others.numbers[i], others.sums[i]);
        }
    }

    GroupCounts copy() {
        GroupCounts copy = new GroupCounts();
        copy.addAll(this);
        return copy;
    }

    /** Visits the groups whose sum is not zero, in ascending order of their unsigned numbers. */
    void forEach(CountVisitor visitor) {
        for (int group : sorted()) {
            long sum = get(group);
            if (sum != 0) {
                visitor.visit(group, sum);
            }
        }
    }

    /** All groups, in ascending order of their unsigned numbers: the order of their keys. */
    int[] sorted() {
        int[] sorted = new int[size];
        for (int i = 0; i < size; i++) {
            sorted[i] = numbers[i] ^ Integer.MIN_VALUE;
        }
        Arrays.sort(sorted);
        for (int i = 0; i < size; i++) {
            sorted[i] ^= Integer.MIN_VALUE;
        }
        return sorted;
    }

    /** The place of a group, {@link #NO_PLACE} if it has none. */
    int find(int group) {
        return slots[slotOf(group)];
    }

    /** The place of a group, a new one if it had none. */
    int place(int group) {
        int slot = slotOf(group);
        if (slots[slot] != NO_PLACE) {
            return slots[slot];
        }
        if (size == numbers.length) {
            grow();
            slot = slotOf(group);
        }
        numbers[size] = group;
        slots[slot] = size;
        return size++;
    }

    int encodedBytes() {
        return Integer.BYTES + size * ENTRY_BYTES;
    }

    void encode(ByteBuffer to) {
        int[] entries = {0};
        int countAt = to.position();
        to.putInt(0);
        forEach((group, count) -> {
            to.putInt(group).putLong(count);
            entries[0]++;
        });
        to.putInt(countAt, entries[0]);
    }

    /** Requires: `from` holds what {@link #encode} wrote; else an unchecked exception or too few bytes tell. */
    static GroupCounts decode(ByteBuffer from) {
        GroupCounts counts = new GroupCounts();
        for (int left = from.getInt(); left > 0; left--) {
            counts.add(from.getInt(), from.getLong());
        }
        return counts;
    }

    private int slotOf(int group) {
        int mask = slots.length - 1;
        int slot = spread(group) & mask;
        while (slots[slot] != NO_PLACE && numbers[slots[slot]] != group) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void grow() {
        int capacity = numbers.length * 2;
        numbers = Arrays.copyOf(numbers, capacity);
        sums = Arrays.copyOf(sums, capacity);
        slots = new int[capacity * 4];
        Arrays.fill(slots, NO_PLACE);
        for (int i = 0; i < size; i++) {
            slots[slotOf(numbers[i])] = i;
        }
    }

    private static int spread(int group) {
        int product = group * 0x9E3779B9;
        return product ^ product >>> 15;
    }
}
