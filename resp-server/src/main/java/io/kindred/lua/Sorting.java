package io.kindred.lua;

import org.jspecify.annotations.Nullable;

/**
 * Quicksort with the median of three, in the steps of Lua 5.1, so that equal elements end in the same order as in Redis and an
 * order that contradicts itself is found at the same place. It recurses into the smaller half, so the depth is logarithmic.
 */
final class Sorting {
    private final Machine machine;
    private final LuaTable table;
    private final @Nullable LuaFunction order;

    Sorting(Machine machine, LuaTable table, @Nullable LuaFunction order) {
        this.machine = machine;
        this.table = table;
        this.order = order;
    }

    private boolean less(@Nullable Object a, @Nullable Object b) {
        machine.meter.charge(2);
        if (order == null) {
            return machine.meta.less(a, b);
        }
        @Nullable Object[] results = machine.call(order, a, b);
        return results.length > 0 && Types.isTrue(results[0]);
    }

    private void swap(int i, int j) {
        Object a = table.get(i);
        table.set(i, table.get(j));
        table.set(j, a);
    }

    void sort(int from, int to) {
        int low = from;
        int high = to;
        while (low < high) {
            if (less(table.get(high), table.get(low))) {
                swap(low, high);
            }
            if (high - low == 1) {
                return;
            }
            int middle = (low + high) >>> 1;
            if (less(table.get(middle), table.get(low))) {
                swap(middle, low);
            } else if (less(table.get(high), table.get(middle))) {
                swap(middle, high);
            }
            if (high - low == 2) {
                return;
            }
            int pivot = partition(low, high, middle);
            if (pivot - low < high - pivot) {
                sort(low, pivot - 1);
                low = pivot + 1;
            } else {
                sort(pivot + 1, high);
                high = pivot - 1;
            }
        }
    }

    private int partition(int low, int high, int middle) {
        Object pivot = table.get(middle);
        swap(middle, high - 1);
        int i = low;
        int j = high - 1;
        while (true) {
            while (less(table.get(++i), pivot)) {
                if (i > high) {
                    throw LuaError.library("invalid order function for sorting");
                }
            }
            while (less(pivot, table.get(--j))) {
                if (j < low) {
                    throw LuaError.library("invalid order function for sorting");
                }
            }
            if (j < i) {
                swap(high - 1, i);
                return i;
            }
            swap(i, j);
        }
    }
}
