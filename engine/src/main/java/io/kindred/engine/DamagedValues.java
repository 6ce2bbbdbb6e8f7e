package io.kindred.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keys whose value was looked for in a value file in vain: the bytes are others, or the file is not there. Nothing of it needs to
 * be remembered over a stop, for the pointer stays in the tables and the next read fails as this one did.
 *
 * <p>May be called from any thread.
 */
final class DamagedValues {
    /** Further ones fail all the same; nobody counts them. */
    static final int KEYS_MAX = 1_000;

    private final Map<ByteBuffer, ValuePointer> seen = new ConcurrentHashMap<>();

    void seen(byte[] key, ValuePointer pointer) {
        if (seen.size() < KEYS_MAX) {
            seen.put(ByteBuffer.wrap(key), pointer);
        }
    }

    int count() {
        return seen.size();
    }

    boolean isEmpty() {
        return seen.isEmpty();
    }

    /** Numbers of the files in which a key in [from, to) has a damaged value; an empty `to` means the end of all keys. */
    Set<Long> filesOf(byte[] from, byte[] to) {
        Set<Long> files = new HashSet<>();
        seen.forEach((key, pointer) -> {
            if (isWithin(key.array(), from, to)) {
                files.add(pointer.file());
            }
        });
        return files;
    }

    private static boolean isWithin(byte[] key, byte[] from, byte[] to) {
        return Arrays.compareUnsigned(key, from) >= 0 && (to.length == 0 || Arrays.compareUnsigned(key, to) < 0);
    }

    /** What the tables have of a key now. */
    interface Lookup {
        byte[] inTable(byte[] key) throws IOException;
    }

    /** Forgets those that the tables do not point to any more. */
    void forgetReplaced(Lookup lookup) throws IOException {
        for (ByteBuffer key : List.copyOf(seen.keySet())) {
            ValuePointer pointer = ValuePointer.of(lookup.inTable(key.array()));
            if (pointer == null || !pointer.equals(seen.get(key))) {
                seen.remove(key);
            }
        }
    }
}
