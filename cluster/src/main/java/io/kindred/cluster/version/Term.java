package io.kindred.cluster.version;

/**
 * Which node ran a partition's updates, and the how manyeth time that this changed. Only the holder of the newest term
 * runs them; docs/updates.md has the protocol. Two nodes never have the same term, and no node has one twice.
 *
 * @param number from 1; 0: none
 */
public record Term(long number, long node) implements Comparable<Term> {
    public static final Term NONE = new Term(0, 0);

    /** No honest number comes near it: what a forged one would do is end the numbers. */
    public static final long NUMBER_MAX = 1L << 48;

    public Term {
        if (!isPossible(number, node)) {
            throw new IllegalArgumentException("term " + number + " of node " + node);
        }
    }

    /** Whether these are two numbers that a term may be of; what is read from elsewhere may be anything. */
    public static boolean isPossible(long number, long node) {
        return number >= 0 && number <= NUMBER_MAX && (number != 0 || node == 0);
    }

    /** Whether there is a greater number. */
    public boolean isLast() {
        return number == NUMBER_MAX;
    }

    public boolean isNone() {
        return number == 0;
    }

    public boolean isAbove(Term other) {
        return compareTo(other) > 0;
    }

    public Term max(Term other) {
        return isAbove(other) ? this : other;
    }

    /** By number, then by node. */
    @Override
    public int compareTo(Term other) {
        int byNumber = Long.compare(number, other.number);
        return byNumber != 0 ? byNumber : Long.compareUnsigned(node, other.node);
    }

    @Override
    public String toString() {
        return number == 0 ? "no term" : "term " + number + " of " + Long.toHexString(node);
    }
}
