package io.kindred.server;

import io.kindred.cluster.message.Reply;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one connection is going to be told, in order: a slot for each command that has begun and whose reply is not written,
 * and pushes between them.
 *
 * <p>Slots stand in the order of their commands, whichever way those end. A push is told where it happened: behind the
 * replies of all commands that had ended by then, before those of the others, which see what it tells of. So it stands behind
 * the last slot that has its reply, and is written at once where none has one that waits. Pushes keep their order among
 * themselves. One that must not overtake the reply of a command under way (it takes back what that reply is going to tell)
 * names the command, and stands behind its slot.
 *
 * <p>Invariants: what is written next is the head, if its reply has come; {@code last} is the last entry that has its reply, and
 * null if none has that waits. Entries have the number of their command, or of the one behind which they stand, so numbers
 * never sink on the way from head to tail.
 *
 * <p>Slots are bounded by {@link ServerLimits#commandsInFlightMax}, all that waits by {@link OutputLimits}; who fills the queue
 * asks for {@link #heldBytes}.
 *
 * <p>Owned by: the connection's loop thread.
 */
final class OutputQueue {
    private @Nullable OutputEntry head;
    private @Nullable OutputEntry tail;
    private @Nullable OutputEntry last;
    private int lastPlace;
    private int commands;
    private int held;
    private long heldBytes;

    /** Commands whose replies are not written yet. */
    int commands() {
        return commands;
    }

    boolean isEmpty() {
        return head == null;
    }

    /** Replies and pushes that are there and cannot be written yet. */
    int held() {
        return held;
    }

    /** What those hold. */
    long heldBytes() {
        return heldBytes;
    }

    /** A command begins. */
    void add(ReplySlot slot) {
        slot.place(++lastPlace);
        OutputEntry end = tail;
        if (end == null) {
            head = slot;
        } else {
            end.next(slot);
        }
        tail = slot;
        commands++;
    }

    /** Whether everything before it is written. */
    boolean isOldest(ReplySlot slot) {
        return slot == head;
    }

    /** A command has ended: its reply has come. What is {@link #ready} then is to be removed before anything else comes. */
    void ended(ReplySlot slot, Reply reply) {
        if (slot == head) {
            return;
        }
        hold(slot, reply);
        OutputEntry before = last;
        if (before == null || slot.isBehind(before)) {
            last = slot;
        }
    }

    /** Whether a push is to be written now: nothing has to come before it. */
    boolean isPushedAtOnce(@Nullable ReplySlot behind) {
        if (ready() != null) {
            throw new IllegalStateException("what is ready is not written yet");
        }
        return last == null && (behind == null || behind.reply() != null);
    }

    /**
     * Has a push wait for its turn. Requires: it is not {@link #isPushedAtOnce}.
     *
     * @param behind a command of this connection whose reply comes first; null: none in particular
     */
    void push(OutputPush push, Reply what, @Nullable ReplySlot behind) {
        OutputEntry before = last;
        if (behind != null && behind.reply() == null && (before == null || behind.isBehind(before))) {
            before = behind;
        }
        if (before == null) {
            throw new IllegalStateException("a push waits for nothing");
        }
        push.place(before.place());
        insert(push, before);
        last = push;
        hold(push, what);
    }

    /** What can be written now; null: nothing. */
    @Nullable
    OutputEntry ready() {
        OutputEntry first = head;
        return first != null && first.reply() != null ? first : null;
    }

    /** What was ready is written. */
    void remove(OutputEntry ready) {
        if (ready != head) {
            throw new IllegalStateException("what is written was not at the head");
        }
        OutputEntry second = ready.next();
        ready.next(null);
        head = second;
        if (second == null) {
            tail = null;
        }
        if (last == ready) {
            last = null;
        }
        if (ready.heldBytes() > 0) {
            held--;
            heldBytes -= ready.heldBytes();
        }
        if (ready instanceof ReplySlot) {
            commands--;
        }
    }

    void forEachCommand(Consumer<ReplySlot> visitor) {
        for (OutputEntry entry = head; entry != null; entry = entry.next()) {
            if (entry instanceof ReplySlot slot) {
                visitor.accept(slot);
            }
        }
    }

    void clear() {
        head = null;
        tail = null;
        last = null;
        commands = 0;
        held = 0;
        heldBytes = 0;
    }

    private void insert(OutputEntry entry, OutputEntry before) {
        entry.next(before.next());
        before.next(entry);
        if (tail == before) {
            tail = entry;
        }
    }

    private void hold(OutputEntry entry, Reply reply) {
        long bytes = entry.hold(reply);
        entry.heldBytes(bytes);
        held++;
        heldBytes += bytes;
    }
}
