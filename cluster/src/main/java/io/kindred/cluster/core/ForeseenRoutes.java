package io.kindred.cluster.core;

import io.kindred.cluster.quorum.Route;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The routes of keys that are asked for next, most likely, and in which order. A key is known by its array.
 *
 * <p>Owned by: the core's thread.
 */
final class ForeseenRoutes {
    private static final byte[] NO_KEY = {};

    private byte[][] keys = {};
    private byte[][] storageKeys = {};
    private @Nullable Route[] routes = {};
    private int db;
    private int count;
    private int next;

    void begin(int ofDb) {
        clear();
        db = ofDb;
    }

    void add(byte[] key, Route route) {
        if (count == keys.length) {
            int size = Math.max(16, 2 * count);
            keys = Arrays.copyOf(keys, size);
            storageKeys = Arrays.copyOf(storageKeys, size);
            routes = Arrays.copyOf(routes, size);
        }
        keys[count] = key;
        storageKeys[count] = route.storageKey().bytes();
        routes[count++] = route;
    }

    /** Those of all that were added, in their order; shared. */
    byte[][] storageKeys() {
        return storageKeys;
    }

    /** The route of a key, if it is the next one or behind it; null: it was not foreseen. */
    @Nullable
    Route take(int ofDb, byte[] key) {
        if (ofDb != db) {
            return null;
        }
        for (int i = next; i < count; i++) {
            if (keys[i] == key) {
                next = i + 1;
                return routes[i];
            }
        }
        return null;
    }

    void clear() {
        Arrays.fill(keys, 0, count, NO_KEY);
        Arrays.fill(storageKeys, 0, count, NO_KEY);
        Arrays.fill(routes, 0, count, null);
        count = 0;
        next = 0;
    }
}
