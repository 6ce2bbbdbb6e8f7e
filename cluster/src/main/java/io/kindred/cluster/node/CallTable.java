package io.kindred.cluster.node;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for which token, without a hash or a box a request: a token is a slot and the slot's generation, which rises
 * each time that it is freed, so an answer that comes twice finds nobody. Free slots are a list threaded through the
 * table, the last freed first, which keeps a busy node in a few cache lines.
 */
final class CallTable {

    private static final int SLOTS_FIRST = 1024;
    private static final int NONE = -1;

    private final int callsMax;
    private @Nullable Object[] callers = new Object[0];
    private int[] generations = new int[0];
    private int[] nextFree = new int[0];
    private int firstFree = NONE;
    private int size;

    CallTable(int callsMax) {
        this.callsMax = callsMax;
    }

    int size() {
        return size;
    }

    boolean isFull() {
        return size >= callsMax;
    }

    /** Requires: not full. */
    long add(Object caller) {
        if (isFull()) {
            throw new IllegalStateException(size + " calls already");
        }
        if (firstFree == NONE) {
            grow();
        }
        int slot = firstFree;
        firstFree = nextFree[slot];
        callers[slot] = caller;
        size++;
        return ((long) generations[slot] << Integer.SIZE) | slot;
    }

    /** Whoever waits for this token, who waits no longer; null: nobody does. */
    @Nullable
    Object take(long token) {
        int slot = (int) token;
        if (slot < 0 || slot >= callers.length || generations[slot] != (int) (token >>> Integer.SIZE)) {
            return null;
        }
        Object caller = callers[slot];
        if (caller != null) {
            callers[slot] = null;
            generations[slot]++;
            nextFree[slot] = firstFree;
            firstFree = slot;
            size--;
        }
        return caller;
    }

    /** Everyone, in no order that means anything; nobody waits afterwards. */
    void takeAll(Consumer<Object> each) {
        for (int slot = 0; slot < callers.length; slot++) {
            Object caller = callers[slot];
            if (caller != null) {
                take(((long) generations[slot] << Integer.SIZE) | slot);
                each.accept(caller);
            }
        }
    }

    private void grow() {
        int before = callers.length;
        int after = Math.max(SLOTS_FIRST, before * 2);
        callers = Arrays.copyOf(callers, after);
        generations = Arrays.copyOf(generations, after);
        nextFree = Arrays.copyOf(nextFree, after);
        for (int slot = before; slot < after; slot++) {
            nextFree[slot] = slot + 1 < after ? slot + 1 : NONE;
        }
        firstFree = before;
    }
}
