package io.kindred.server;

import io.kindred.cluster.message.Reply;
import org.jspecify.annotations.Nullable;

/**
 * What has a place in a connection's {@link OutputQueue}: a command's slot, or a push. Its links and numbers belong to the
 * queue.
 *
 * <p>Owned by: the connection's loop thread.
 */
abstract sealed class OutputEntry permits ReplySlot, OutputPush {
    private @Nullable Reply reply;
    private @Nullable OutputEntry next;
    /** It wraps around; what is in a queue together is never far apart. */
    private int place;

    private long heldBytes;

    /** Null: it cannot be written yet. */
    final @Nullable Reply reply() {
        return reply;
    }

    final void reply(Reply come) {
        reply = come;
    }

    /** It has to wait for others, now that its (last) reply has come. Returns what it holds, in bytes. */
    abstract long hold(Reply come);

    final @Nullable OutputEntry next() {
        return next;
    }

    final void next(@Nullable OutputEntry entry) {
        next = entry;
    }

    /** Which command's it is, or behind which command's slot it stands. */
    final int place() {
        return place;
    }

    /** Whether it is, or stands behind, a later command than the other. */
    final boolean isBehind(OutputEntry other) {
        return place - other.place > 0;
    }

    final void place(int number) {
        place = number;
    }

    /** 0 while it is not counted as waiting for others. */
    final long heldBytes() {
        return heldBytes;
    }

    final void heldBytes(long bytes) {
        heldBytes = bytes;
    }
}
