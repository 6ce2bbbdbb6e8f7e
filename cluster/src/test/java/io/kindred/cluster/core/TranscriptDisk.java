package io.kindred.cluster.core;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a transcript's node has stored. What is written is seen at once; it is durable, or undone, when the transcript says so.
 * Memory has all of it but for what is {@link #cool}.
 */
final class TranscriptDisk implements ReplicaStore {
    private final TreeMap<byte[], byte[]> records = new TreeMap<>(Arrays::compareUnsigned);
    private final TreeSet<byte[]> cool = new TreeSet<>(Arrays::compareUnsigned);
    private final Map<Integer, Long> counts = new HashMap<>();
    /** Written, and not told durable, in order. */
    private final ArrayDeque<Written> pending = new ArrayDeque<>();

    private record Written(byte[] key, byte @Nullable [] before, int countDelta, boolean isShown) {}

    /** A record that is there from the beginning. */
    void fill(byte[] key, byte[] value) {
        records.put(key, value);
    }

    /** Only the disk has this key. */
    void cool(byte[] key) {
        cool.add(key);
    }

    /** Memory has it again. */
    void warm(byte[] key) {
        cool.remove(key);
    }

    byte @Nullable [] read(byte[] key) {
        return records.get(key);
    }

    /** @param isShown whether the transcript says when it is durable; else it is at once, but for what waits before it */
    void write(byte[] key, byte @Nullable [] value, int countDelta, boolean isShown) {
        pending.add(new Written(key, records.get(key), countDelta, isShown));
        put(key, value);
        count(key, countDelta);
    }

    private void put(byte[] key, byte @Nullable [] value) {
        if (value == null) {
            records.remove(key);
        } else {
            records.put(key, value);
        }
    }

    private void count(byte[] key, int delta) {
        if (delta != 0) {
            counts.merge(ByteBuffer.wrap(key).getInt(), (long) delta, Long::sum);
        }
    }

    boolean hasHidden() {
        Written first = pending.peek();
        return first != null && !first.isShown();
    }

    /** What is not shown is durable, up to the first that is. Gives how many. */
    int takeHidden() {
        int count = 0;
        while (hasHidden()) {
            pending.remove();
            count++;
        }
        return count;
    }

    /** All that is pending is durable, or undone. Gives how many; throws {@link TranscriptError} where that is none. */
    int takeAll(boolean isUndone) {
        int count = pending.size();
        if (count == 0) {
            throw new TranscriptError("nothing is to be made durable");
        }
        while (!pending.isEmpty()) {
            Written last = pending.removeLast();
            if (isUndone) {
                put(last.key(), last.before());
                count(last.key(), -last.countDelta());
            }
        }
        return count;
    }

    /** The answer to a scan. */
    Event.Scanned scan(long token, byte[] from, byte[] to, int limit) {
        List<byte[]> keys = new ArrayList<>();
        List<byte[]> values = new ArrayList<>();
        for (Map.Entry<byte[], byte[]> each :
                records.subMap(from, true, to, false).entrySet()) {
            if (keys.size() == limit) {
                return Event.Scanned.found(token, keys, values, each.getKey());
            }
            keys.add(each.getKey());
            values.add(each.getValue());
        }
        return Event.Scanned.found(token, keys, values, null);
    }

    @Override
    public <T> @Nullable T peek(byte[] key, View<T> view) {
        if (cool.contains(key)) {
            return null;
        }
        byte[] value = records.get(key);
        return value == null ? view.absent() : view.of(value, 0, value.length);
    }

    @Override
    public long seals() {
        return 0;
    }

    @Override
    public long count(int group) {
        return counts.getOrDefault(group, 0L);
    }
}
