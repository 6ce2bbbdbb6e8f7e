package io.kindred.engine;

/**
 * Keys that are asked for next, most likely, with their hashes. They are looked up together before they are asked for one by
 * one: the processor waits for the memory of all of them at once then, while one by one each wait comes behind the work on the
 * key before.
 *
 * <p>Owned by: the engine's owner thread.
 */
final class ForeseenKeys {
    private static final byte[] NO_KEY = new byte[0];
    private static final int LINE_BYTES = 64;
    /** What is loaded of an entry: its head, its key, and the beginning of a value. */
    private static final int LINES = 4;

    private byte[][] keys = new byte[0][];
    private int[] hashes = new int[0];
    private long[] slots = new long[0];
    private int count;
    /** The one that is asked for next. */
    private int next;
    /** Of what was loaded: it stands for nothing, but without it nothing would have to be loaded. */
    private int loaded;

    /** @param foreseen the first {@code howMany} are keys; they are kept until there are others */
    void set(byte[][] foreseen, int howMany) {
        if (howMany > keys.length) {
            keys = new byte[howMany][];
            hashes = new int[howMany];
            slots = new long[howMany];
        }
        for (int i = 0; i < howMany; i++) {
            keys[i] = foreseen[i];
            hashes[i] = KeyHash.of(foreseen[i]);
        }
        for (int i = howMany; i < count; i++) {
            keys[i] = NO_KEY;
        }
        count = howMany;
        next = 0;
    }

    /** The hash of a key, whether or not it was foreseen. */
    int hashOf(byte[] key) {
        for (int i = next; i < count; i++) {
            if (keys[i] == key) {
                next = i + 1;
                return hashes[i];
            }
        }
        return KeyHash.of(key);
    }

    /** Looks the keys up in an index, and has what their entries begin with brought to the processor. */
    void load(HashIndex index, Entries entries) {
        for (int i = 0; i < count; i++) {
            long[] part = index.slotsOf(hashes[i]);
            slots[i] = part[HashIndex.first(part, hashes[i])];
        }
        int sum = 0;
        for (int i = 0; i < count; i++) {
            int ref = HashIndex.refIn(slots[i]);
            if (ref != 0) {
                byte[] bytes = entries.bytesOf(ref);
                int at = entries.offsetOf(ref);
                for (int line = 0; line < LINES; line++) {
                    sum += bytes[Math.min(at + line * LINE_BYTES, bytes.length - 1)];
                }
            }
        }
        loaded += sum;
    }

    /** So that nobody can say that nothing was loaded. */
    int loaded() {
        return loaded;
    }

    /** Where entries lie. */
    interface Entries {
        byte[] bytesOf(int ref);

        int offsetOf(int ref);
    }
}
