package io.kindred.engine;

/** Takes the counts of groups, one by one. */
@FunctionalInterface
public interface CountVisitor {
    /**
     * Takes one count.
     *
     * @param group the first four bytes of the group's keys, big-endian
     * @param count the sum of the count deltas of its writes, never zero here
     */
    void visit(int group, long count);
}
