package io.kindred.cluster.core;

import io.kindred.cluster.message.DumpedRecord;
import io.kindred.cluster.message.Topic;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a client asks of the cluster as a whole. */
public sealed interface ClusterQuery {
    /** How many live keys a database has. */
    record CountKeys(int db) implements ClusterQuery {}

    /**
     * One page of live keys.
     *
     * @param cursor 0 to begin, else what the page before gave
     * @param limit about how many keys are wanted
     */
    record ScanKeys(int db, long cursor, int limit) implements ClusterQuery {}

    /** How many replicas have all that is known of a key. */
    @SuppressWarnings("ArrayRecordComponent") // Identity is never asked of a query.
    record Copies(int db, byte[] key) implements ClusterQuery {}

    /** Some live key, or none. */
    record RandomKey(int db) implements ClusterQuery {}

    /** Deletes every key of a database, or of all ({@code db} -1). */
    record FlushKeys(int db) implements ClusterQuery {}

    /** Gives away all that this node holds, and leaves the ring. */
    record Leave() implements ClusterQuery {}

    /** This node takes the place of a member that is gone. */
    record Replace(String name) implements ClusterQuery {}

    /** A member is gone for good: its share is rebuilt elsewhere. */
    record Forget(String name) implements ClusterQuery {}

    /** Joins a record of another cluster, from a backup, into what this one has of the key. */
    @SuppressWarnings("ArrayRecordComponent") // Identity is never asked of a query.
    record Restore(int db, byte[] key, DumpedRecord record) implements ClusterQuery {}

    /** Clients here want what is published there: asked for each topic that nobody has subscribed to already, at least. */
    record Subscribe(List<Topic> topics) implements ClusterQuery {}

    /**
     * The texts of scripts that this node does not know.
     *
     * @param names each the SHA1 of its text, in lower-case hex; none twice
     */
    record FindScripts(List<String> names) implements ClusterQuery {}

    /** Every live node but this one forgets all scripts. */
    record FlushScripts() implements ClusterQuery {}

    /** Exchanges what this node shares with others, now: one key, or (null) all there is. */
    @SuppressWarnings("ArrayRecordComponent") // Identity is never asked of a query.
    record Repair(int db, byte @Nullable [] key) implements ClusterQuery {}
}
