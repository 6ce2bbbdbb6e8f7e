package io.kindred.cluster.quorum;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An open-addressing map from longs other than 0, without boxing. What it iterates over, and in which order, depends on
 * the calls made to it alone.
 */
public final class LongMap<V> {
    private static final int CAPACITY_MIN = 64;

    private long[] keys = new long[CAPACITY_MIN];
    private @Nullable Object[] values = new @Nullable Object[CAPACITY_MIN];
    private int size;

    public int size() {
        return size;
    }

    @SuppressWarnings("unchecked")
    public @Nullable V get(long key) {
        int slot = find(key);
        return keys[slot] == key ? (V) values[slot] : null;
    }

    public void put(long key, V value) {
        if (key == 0) {
            throw new IllegalArgumentException("0 marks an empty slot");
        }
        if (size * 2 >= keys.length) {
            rehash(keys.length * 2);
        }
        int slot = find(key);
        if (keys[slot] != key) {
            keys[slot] = key;
            size++;
        }
        values[slot] = value;
    }

    @SuppressWarnings("unchecked")
    public @Nullable V remove(long key) {
        int slot = find(key);
        if (key == 0 || keys[slot] != key) {
            return null;
        }
        V old = (V) values[slot];
        closeGap(slot);
        size--;
        return old;
    }

    /** Visits a copy of the values, so that the visitor may add and remove. */
    @SuppressWarnings("unchecked")
    public void forEach(Consumer<V> visitor) {
        @Nullable Object[] copy = Arrays.stream(values).filter(v -> v != null).toArray();
        for (Object value : copy) {
            if (value != null) {
                visitor.accept((V) value);
            }
        }
    }

    private int find(long key) {
        int mask = keys.length - 1;
        int slot = spread(key) & mask;
        while (keys[slot] != 0 && keys[slot] != key) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    /** Moves later members of the probe run back, so that no tombstones are needed. */
    private void closeGap(int gap) {
        int mask = keys.length - 1;
        int hole = gap;
        for (int slot = (hole + 1) & mask; keys[slot] != 0; slot = (slot + 1) & mask) {
            int home = spread(keys[slot]) & mask;
            if (((slot - home) & mask) >= ((slot - hole) & mask)) {
                keys[hole] = keys[slot];
                values[hole] = values[slot];
                hole = slot;
            }
        }
        keys[hole] = 0;
        values[hole] = null;
    }

    @SuppressWarnings("unchecked")
    private void rehash(int capacity) {
        long[] oldKeys = keys;
        @Nullable Object[] oldValues = values;
        keys = new long[capacity];
        values = new @Nullable Object[capacity];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                int slot = find(oldKeys[i]);
                keys[slot] = oldKeys[i];
                values[slot] = oldValues[i];
            }
        }
    }

    private static int spread(long key) {
        long mixed = key * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 32);
    }
}
