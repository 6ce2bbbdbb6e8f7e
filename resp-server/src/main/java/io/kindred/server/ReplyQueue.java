package io.kindred.server;

import io.kindred.cluster.message.Reply;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The commands of one connection that have begun and whose replies are not yet written, oldest first.
 *
 * <p>Owned by: the connection's loop thread.
 */
final class ReplyQueue {
    private @Nullable ReplySlot head;
    private @Nullable ReplySlot tail;
    private int size;
    private long heldBytes;

    int size() {
        return size;
    }

    /** What replies hold that have come but cannot be written yet. */
    long heldBytes() {
        return heldBytes;
    }

    void add(ReplySlot slot) {
        if (tail == null) {
            head = slot;
        } else {
            tail.next(slot);
        }
        tail = slot;
        size++;
    }

    boolean isOldest(ReplySlot slot) {
        return slot == head;
    }

    void hold(ReplySlot slot, Reply reply) {
        heldBytes += slot.hold(reply);
    }

    /** The oldest, if its reply has come. */
    @Nullable
    ReplySlot answered() {
        return head != null && head.reply() != null ? head : null;
    }

    void removeOldest() {
        ReplySlot oldest = head;
        if (oldest == null) {
            throw new IllegalStateException("no command is waiting");
        }
        heldBytes -= oldest.heldBytes();
        size--;
        head = oldest.next();
        if (head == null) {
            tail = null;
        }
    }

    void forEach(Consumer<ReplySlot> visitor) {
        for (ReplySlot slot = head; slot != null; slot = slot.next()) {
            visitor.accept(slot);
        }
    }

    void clear() {
        head = null;
        tail = null;
        size = 0;
        heldBytes = 0;
    }
}
