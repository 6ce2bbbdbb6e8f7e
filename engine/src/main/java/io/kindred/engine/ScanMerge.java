package io.kindred.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One scan step: three ascending sequences, the active memtable's, the sealed one's and the tables', merged into one. Of
 * a key that is in several the newest wins; a deletion hides what is older and gives nothing.
 *
 * <p>A memtable's part may have been cut short. What lies above its last key is then unknown, so the step ends there and
 * the next one goes on behind it.
 */
final class ScanMerge {
    private final MemRange active;
    private final MemRange sealed;
    private final Range range;
    private final List<ScanStep.Entry> given = new ArrayList<>();
    private long givenBytes;
    private int activeAt;
    private int sealedAt;

    ScanMerge(MemRange active, MemRange sealed, Range range) {
        this.active = active;
        this.sealed = sealed;
        this.range = range;
    }

    /** Which keys, and how many. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Range(byte[] from, byte[] to, ScanLimit limit) {
        boolean includes(byte[] key) {
            return to.length == 0 || Arrays.compareUnsigned(key, to) < 0;
        }
    }

    ScanStep run(TableStore tables) throws IOException {
        byte[] horizon = lowest(horizon(active), horizon(sealed));
        try (TableStore.Cursor cursor = tables.cursor(range.from, range.to)) {
            boolean more = cursor.next();
            while (true) {
                byte[] fromTables = more && range.includes(cursor.key()) ? cursor.key() : null;
                byte[] key = lowest(lowest(keyAt(active, activeAt), keyAt(sealed, sealedAt)), fromTables);
                if (key == null) {
                    return new ScanStep(given, horizon == null ? null : successor(horizon));
                }
                if (horizon != null && Arrays.compareUnsigned(key, horizon) > 0) {
                    return new ScanStep(given, successor(horizon));
                }
                if (given.size() >= range.limit.entries() || givenBytes >= range.limit.bytes()) {
                    return new ScanStep(given, key);
                }
                boolean inTables = fromTables != null && Arrays.equals(fromTables, key);
                give(key, newest(key, inTables ? cursor.value() : StorageEngine.ABSENT));
                if (inTables) {
                    more = cursor.next();
                }
            }
        }
    }

    private void give(byte[] key, byte[] value) {
        if (value != StorageEngine.ABSENT) {
            given.add(new ScanStep.Entry(key, value));
            givenBytes += key.length + value.length;
        }
    }

    /** Moves both memtables past the key. */
    private byte[] newest(byte[] key, byte[] fromTables) {
        byte[] value = fromTables;
        if (Arrays.equals(keyAt(sealed, sealedAt), key)) {
            value = sealed.entries().get(sealedAt++).value();
        }
        if (Arrays.equals(keyAt(active, activeAt), key)) {
            value = active.entries().get(activeAt++).value();
        }
        return value;
    }

    private static byte @Nullable [] keyAt(MemRange part, int at) {
        return at < part.entries().size() ? part.entries().get(at).key() : null;
    }

    /** The last key up to which the part is complete, null if it is complete to the end. */
    private static byte @Nullable [] horizon(MemRange part) {
        return part.truncated() ? part.entries().get(part.entries().size() - 1).key() : null;
    }

    private static byte @Nullable [] lowest(byte @Nullable [] left, byte @Nullable [] right) {
        if (left == null || right == null) {
            return left == null ? right : left;
        }
        return Arrays.compareUnsigned(left, right) <= 0 ? left : right;
    }

    /** The lowest key above another. */
    private static byte[] successor(byte[] key) {
        return Arrays.copyOf(key, key.length + 1);
    }
}
