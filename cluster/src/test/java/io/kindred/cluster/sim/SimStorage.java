package io.kindred.cluster.sim;

import io.kindred.cluster.core.StoreFailure;
import io.kindred.cluster.ring.StorageKey;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One node's disk. Writes are seen at once, gathered into commits, and undone newest first when a commit fails or the
 * machine dies before they are synced.
 */
final class SimStorage {
    static final byte[] ABSENT = new byte[0];

    private final TreeMap<byte[], byte[]> records = new TreeMap<>(Arrays::compareUnsigned);
    private final Map<Integer, Long> counts = new HashMap<>();
    /** Newest last. Those of the open commit are behind the committed ones. */
    private final ArrayDeque<Undo> unsynced = new ArrayDeque<>();

    private int open;

    private record Undo(byte[] key, byte @Nullable [] before, int countDelta) {}

    void put(byte[] key, byte @Nullable [] value, int countDelta) {
        byte[] before = value == null ? records.remove(key) : records.put(key, value);
        unsynced.addLast(new Undo(key, before, countDelta));
        count(key, countDelta);
        open++;
    }

    private void count(byte[] key, int delta) {
        counts.merge(ByteBuffer.wrap(key).getInt(), (long) delta, Long::sum);
    }

    byte[] peek(byte[] key) {
        byte[] value = records.get(key);
        return value == null ? ABSENT : value;
    }

    long count(int group) {
        return counts.getOrDefault(group, 0L);
    }

    /** Closes the commit that was open and says how many writes it has. */
    int commit() {
        int writes = open;
        open = 0;
        return writes;
    }

    /** The oldest writes are on the platter now. */
    void sync(int writes) {
        for (int i = 0; i < writes; i++) {
            unsynced.removeFirst();
        }
    }

    /** Whether memory still has the key for sure. */
    boolean isUnsynced(byte[] key) {
        return unsynced.stream().anyMatch(undo -> Arrays.equals(undo.key(), key));
    }

    int unsyncedWrites() {
        return unsynced.size();
    }

    /** Undoes the newest writes; the containers that are gone with them are given back, newest first. */
    List<byte[]> undo(int writes) {
        List<byte[]> undone = new ArrayList<>();
        for (int i = 0; i < writes; i++) {
            Undo last = unsynced.removeLast();
            byte[] gone = last.before() == null ? records.remove(last.key()) : records.put(last.key(), last.before());
            count(last.key(), -last.countDelta());
            if (gone != null && last.key()[0] == StorageKey.DATA) {
                undone.add(gone);
            }
        }
        open = Math.min(open, unsynced.size());
        return undone;
    }

    /** What is in [from, to), at most {@code limit} entries. */
    List<Map.Entry<byte[], byte[]>> range(byte[] from, byte[] to, int limit) {
        return records.subMap(from, true, to, false).entrySet().stream()
                .limit(limit)
                .map(e -> Map.entry(e.getKey(), e.getValue()))
                .toList();
    }

    List<Map.Entry<byte[], byte[]>> meta() {
        return range(new byte[] {StorageKey.META}, new byte[] {StorageKey.DATA}, Integer.MAX_VALUE);
    }

    List<Map.Entry<byte[], byte[]>> containers() {
        return range(new byte[] {StorageKey.DATA}, new byte[] {StorageKey.DATA + 1}, Integer.MAX_VALUE);
    }

    /** What goes wrong with a commit. */
    @Nullable
    StoreFailure failure;
}
