package io.kindred.cluster.sim;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One update that a client sent, and how it ended. Times are numbers of the history: what is before what. */
final class ValueCall {
    enum End {
        /** Its client has not heard, and perhaps never will. */
        OPEN,
        /** With a reply. */
        ACKNOWLEDGED,
        /** It may have been applied, or may be at any later time. */
        UNSURE,
        /** It was not applied, and never will be. */
        NOTHING
    }

    /** How things were when it was sent. */
    record Begun(long number, long nanos, long sloppyUpdates) {}

    final String key;
    final List<String> args;
    final long begun;
    final long begunNanos;
    long ended = Long.MAX_VALUE;
    long endedNanos = Long.MAX_VALUE;
    End end = End.OPEN;
    /** Of a plain write: whether a majority of the key's own replicas had it when it was acknowledged. */
    boolean isFirm;
    /** Of one that was acknowledged by a single node: a power failure took it from there. */
    boolean isGone;
    /** How many updates were sloppy by then, in the whole cluster. */
    final long sloppyBefore;

    /** A bulk string's or a status line's text, an integer's digits; null for nil. */
    @Nullable
    String reply;

    ValueCall(String key, List<String> args, Begun begun) {
        this.key = key;
        this.args = args;
        this.begun = begun.number;
        this.begunNanos = begun.nanos;
        this.sloppyBefore = begun.sloppyUpdates;
    }

    String command() {
        return args.get(0);
    }

    /** What it writes; no two calls write the same. */
    String token() {
        return args.get(1);
    }

    boolean isAcknowledged() {
        return end == End.ACKNOWLEDGED;
    }

    /** Whether it was over, for whoever sent it, before the other one began. */
    boolean isBefore(ValueCall other) {
        return ended < other.begun;
    }

    @Override
    public String toString() {
        return String.join(" ", args) + " [" + begun + ", " + (ended == Long.MAX_VALUE ? "" : ended) + "] " + end
                + (isAcknowledged() ? " " + reply : "");
    }
}
