package io.kindred.cluster.quorum;

import java.util.Arrays;

/** A byte array as a map key. The array is not to be changed. */
public final class Bytes {
    private final byte[] bytes;
    private final int hash;

    public Bytes(byte[] bytes) {
        this.bytes = bytes;
        this.hash = Arrays.hashCode(bytes);
    }

    public byte[] array() {
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that && hash == that.hash && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
