package io.kindred.cluster.ring;

/**
 * A place on the 128-bit ring where a partition begins. Partitions are powers of two, so only the upper half of a token
 * ever has bits set.
 */
public record Token(long high) implements Comparable<Token> {

    @Override
    public int compareTo(Token other) {
        return Long.compareUnsigned(high, other.high);
    }

    /** 32 hexadecimal digits. */
    @Override
    public String toString() {
        String digits = Long.toHexString(high);
        return "0".repeat(16 - digits.length()) + digits + "0".repeat(16);
    }
}
