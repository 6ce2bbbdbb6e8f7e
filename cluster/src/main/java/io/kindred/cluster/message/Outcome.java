package io.kindred.cluster.message;

import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;

/** How a request ended. A failure is a value here, never an exception. */
public sealed interface Outcome {
    /** A get's answer: the merge of at least R replicas. Flushed versions are gone from it; expired ones are not. */
    record Found(Versions versions) implements Outcome {}

    /** A put met W; {@code context} is the given one plus the new dot. */
    record Written(VersionVector context) implements Outcome {}

    /** An update met W (or changed nothing). */
    record Updated(Reply reply) implements Outcome {}

    /** Nothing was applied; a retry is safe. */
    record TryAgain(String why) implements Outcome {}

    /** Too few answers in time; a write may still take effect. */
    record NoQuorum(String what) implements Outcome {}

    /** Nothing was applied, and the same request would fail again: a whole error text with its code. */
    record Refused(String error) implements Outcome {}

    /** The key has a record, and no replica that answered can make sense of its own. A blind write may replace it. */
    Refused UNREADABLE =
            new Refused("UNREADABLE the record of this key is damaged and nothing was applied; it is asked of"
                    + " the key's other replicas, and if none of them has it, SET, DEL or FLUSHALL replaces it");
}
