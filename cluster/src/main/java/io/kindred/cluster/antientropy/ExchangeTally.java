package io.kindred.cluster.antientropy;

import java.util.TreeSet;

/** What an exchange has come to so far. */
final class ExchangeTally {
    private static final int RANGES_FIRST = 4;

    long keysCompared;
    long keysSent;
    long keysTaken;
    /** Partitions with keys of which the other has told only a part. */
    final TreeSet<Integer> incomplete = new TreeSet<>();
    /** Partitions with keys that the other takes no more of. */
    final TreeSet<Integer> oneWay = new TreeSet<>();
    /** The other could not read its own records. */
    boolean isUnreadableThere;
    /** As many as the last page had room for, or twice as many if there was more. */
    int rangesAPage = RANGES_FIRST;
}
