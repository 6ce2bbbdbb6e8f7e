package io.kindred.command;

import io.kindred.cluster.quorum.UpdateFunction.Change;
import io.kindred.cluster.quorum.UpdateFunction.Current;
import org.jspecify.annotations.Nullable;

/** The values of one database's keys, for one command at a time. What was written before is there to be read. */
interface KeyValues {
    /** Unix time: one for all commands of a transaction or script. */
    long nowMillis();

    /** A key's live value; null: there is no such key. */
    @Nullable
    Current get(byte[] key);

    void change(byte[] key, Change change);

    /** Those that may be called. */
    CommandTable commands();

    /** The same of another database. */
    KeyValues at(int db);

    /** What scripts have used of {@code script-max-instructions}: those of one transaction share it. */
    long instructions();

    void useInstructions(long count);

    /** From now on what changes is this command's doing. */
    default void begins(String command) {}

    /** The bytes of all values that have been written: each is a copy. */
    long writtenBytes();

    /** What takes back all that is changed and published from now on, until the next mark. */
    Runnable mark();

    /**
     * A command, as PUBLISH, is run by the node that asked once all that is changed here is where it has to be. False: there
     * are too many.
     */
    boolean publish(byte[][] command);

    default void set(byte[] key, byte[] value, long expireAtMillis) {
        change(key, new Change(value, expireAtMillis));
    }

    default void delete(byte[] key) {
        change(key, new Change(null, Expiry.NONE));
    }
}
