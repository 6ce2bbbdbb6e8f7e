package io.kindred.lua;

import org.jspecify.annotations.Nullable;

/** How large a table's array is to be: the largest power of two of which more than half is used, as Lua 5.1 has it. */
final class ArraySize {
    private static final int BITS_MAX = 26;

    /** Of the integers above 2^(n - 1), up to 2^n. */
    private final int[] counts = new int[BITS_MAX + 1];

    private int keys;
    private int integers;
    private int size;
    private int used;

    void countIndex(int index) {
        counts[ceilLog2(index)]++;
        keys++;
        integers++;
    }

    void count(@Nullable Object key) {
        if (key instanceof Double d) {
            double number = d;
            int index = (int) number;
            if (index == number && index >= 1 && index <= 1 << BITS_MAX) {
                countIndex(index);
                return;
            }
        }
        keys++;
    }

    /** Of what was counted by now. */
    void choose() {
        int below = 0;
        for (int bit = 0, power = 1; bit <= BITS_MAX && power / 2 < integers; bit++, power *= 2) {
            below += counts[bit];
            if (counts[bit] > 0 && below > power / 2) {
                size = power;
                used = below;
            }
            if (below == integers) {
                break;
            }
        }
    }

    int size() {
        return size;
    }

    /** Keys that have no place in it. */
    int others() {
        return keys - used;
    }

    static int ceilLog2(int n) {
        return 32 - Integer.numberOfLeadingZeros(n - 1);
    }
}
