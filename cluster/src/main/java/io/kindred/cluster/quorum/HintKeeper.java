package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Versions;
import org.jspecify.annotations.Nullable;

/** What this node holds for others: writes that a replica of their key has missed (Dynamo, section 4.6). */
public interface HintKeeper {
    /** Joins a write into what is held for its replica, as a stand-in; refuses where too much is held already. */
    void store(long intended, RecordKey storageKey, Versions delta, Stored done);

    /**
     * As {@link #store}, where nobody else is left to do it: what cannot be held is remembered as a range that is owed
     * to the replica.
     */
    void keep(long intended, RecordKey storageKey, Versions delta);

    /** The join of what is held of a key, for whichever of its replicas; and of what this node has itself, where it is one. */
    void read(RecordKey storageKey, long[] replicas, LocalReplica.ReadStep step);

    interface Stored {
        /** {@code uncovered}: what is held, where it has live siblings beside the written one. */
        void done(Verdict verdict, @Nullable Versions uncovered);
    }
}
