package io.kindred.cluster.keyspace;

/**
 * Keys that have a deadline.
 *
 * @param expired those whose deadline has passed and that are still stored
 * @param left those whose deadline is still to come
 * @param leftMillis the sum of what is left to these, in milliseconds: too much by less than a 64th
 */
public record Expiring(long expired, long left, long leftMillis) {
    public static final Expiring NONE = new Expiring(0, 0, 0);

    public Expiring plus(Expiring other) {
        return new Expiring(expired + other.expired, left + other.left, leftMillis + other.leftMillis);
    }

    /** What is left to one of them on average, in milliseconds; 0: there are none. */
    public long averageMillis() {
        return left == 0 ? 0 : leftMillis / left;
    }
}
