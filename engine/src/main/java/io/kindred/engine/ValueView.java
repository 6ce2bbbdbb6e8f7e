package io.kindred.engine;

import java.util.Arrays;

/**
 * What a reader makes of a value where it lies. The array is the engine's own: it may be changed once the call has ended, and
 * holds other things before and behind the value.
 *
 * @param <T> what is made of it
 */
public interface ValueView<T> {
    /** A copy, or {@link StorageEngine#ABSENT}. */
    ValueView<byte[]> COPY = new ValueView<>() {
        @Override
        public byte[] absent() {
            return StorageEngine.ABSENT;
        }

        @Override
        public byte[] of(byte[] bytes, int from, int to) {
            return Arrays.copyOfRange(bytes, from, to);
        }
    };

    /** There is no value. */
    T absent();

    /** It is {@code bytes} from {@code from} to before {@code to}. What this throws the caller of the engine is thrown. */
    T of(byte[] bytes, int from, int to);
}
