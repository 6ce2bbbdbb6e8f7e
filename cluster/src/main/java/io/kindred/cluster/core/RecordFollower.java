package io.kindred.cluster.core;

/**
 * Whoever keeps something that follows from the records: hash trees, counts, deadlines. It hears of every change of a key's
 * record, whatever the cause, before that is written; {@link Records} is where it is told.
 */
interface RecordFollower {
    /**
     * A record changes. What is persisted here becomes durable with it or not at all; what is kept in memory alone is taken
     * back by a {@link RecordChange#ifUndone}.
     */
    void changed(RecordChange change);
}
