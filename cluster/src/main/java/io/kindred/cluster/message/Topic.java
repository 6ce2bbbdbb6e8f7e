package io.kindred.cluster.message;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What one can subscribe to: a name, and what kind of name it is. Its bytes are handed over. */
public final class Topic implements Comparable<Topic> {
    /** In the order of their numbers on the wire. */
    public enum Kind {
        /** Of SUBSCRIBE and PUBLISH. */
        CHANNEL,
        /** Of PSUBSCRIBE: it stands for all channels that match it. */
        PATTERN,
        /** Of SSUBSCRIBE and SPUBLISH: no pattern matches it. */
        SHARD_CHANNEL
    }

    private final Kind kind;
    private final byte[] name;
    private final int hash;

    public Topic(Kind kind, byte[] name) {
        this.kind = kind;
        this.name = name;
        this.hash = 31 * Arrays.hashCode(name) + kind.ordinal();
    }

    public Kind kind() {
        return kind;
    }

    /** Not to be changed. */
    public byte[] name() {
        return name;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Topic topic
                && hash == topic.hash
                && kind == topic.kind
                && Arrays.equals(name, topic.name);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** So that names which are chosen to share a hash cost a table no more than a search. */
    @Override
    public int compareTo(Topic other) {
        int byKind = kind.compareTo(other.kind);
        return byKind != 0 ? byKind : Arrays.compareUnsigned(name, other.name);
    }

    @Override
    public String toString() {
        return kind + " " + new String(name, StandardCharsets.UTF_8);
    }
}
