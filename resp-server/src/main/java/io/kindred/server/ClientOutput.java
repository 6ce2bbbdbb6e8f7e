package io.kindred.server;

import io.kindred.cluster.message.Reply;
import io.kindred.command.Session;
import io.netty.channel.Channel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What goes to one client: the queue of replies and pushes, the bytes that it becomes, and how much of them the client leaves
 * untaken. When the head of the queue is there it is encoded, with all behind it that is there, too; so a command that answers
 * at once goes straight into the output.
 *
 * <p>Owned by: the connection's loop thread.
 */
final class ClientOutput {
    private final RespServer server;
    private final Session session;
    private final ReadsInFlight reads;
    private final OutputQueue queue = new OutputQueue();
    private final OutputBuffer buffer;
    private final SlowReader reader = new SlowReader();
    private ClientClass kind = ClientClass.NORMAL;
    private int encodedInTurnBytes;
    /** What the load has been told of. */
    private long countedBytes;

    /** @param reads of this client: they learn from what their replies take */
    ClientOutput(RespServer server, Channel channel, Session session, ReadsInFlight reads) {
        this.server = server;
        this.session = session;
        this.reads = reads;
        this.buffer = new OutputBuffer(channel, server.counters());
    }

    OutputQueue queue() {
        return queue;
    }

    ClientClass kind() {
        return kind;
    }

    void kind(ClientClass now) {
        kind = now;
    }

    // --- what comes ---

    /** Requires: its reply has come. It is written with the next {@link #encode}, if its turn has come. */
    void ended(ReplySlot slot) {
        Reply reply = slot.reply();
        if (reply != null) {
            queue.ended(slot, reply);
        }
    }

    /** @param behind a command whose reply the client has to see first; null: none in particular */
    void push(Reply push, @Nullable ReplySlot behind) {
        int protocol = session.identity().protocol();
        if (queue.isPushedAtOnce(behind)) {
            encodedInTurnBytes += buffer.write(push, protocol);
        } else {
            queue.push(new OutputPush(push, protocol), push, behind);
        }
    }

    boolean isReady() {
        return queue.ready() != null;
    }

    /** Encodes what is there, oldest first. */
    void encode(long nowMillis) {
        for (OutputEntry entry = queue.ready(); entry != null; entry = queue.ready()) {
            queue.remove(entry);
            if (entry instanceof ReplySlot slot) {
                encode(slot, nowMillis);
            } else if (entry instanceof OutputPush push) {
                encodedInTurnBytes += write(push.reply(), push.protocol());
            }
        }
    }

    private void encode(ReplySlot slot, long nowMillis) {
        List<Reply> earlier = slot.earlier();
        int bytes = earlier == null ? 0 : writeAll(earlier, slot);
        Reply last = slot.reply();
        if (last != null && !slot.isMuted(last)) {
            bytes += buffer.write(last, slot.protocol());
        }
        encodedInTurnBytes += bytes;
        server.load().answered(slot, bytes, nowMillis);
        if (slot.isCounted()) {
            reads.answered(bytes, nowMillis);
        }
    }

    private int writeAll(List<Reply> replies, ReplySlot slot) {
        int bytes = 0;
        for (Reply reply : replies) {
            bytes += slot.isMuted(reply) ? 0 : buffer.write(reply, slot.protocol());
        }
        return bytes;
    }

    private int write(@Nullable Reply reply, int protocol) {
        return reply == null ? 0 : buffer.write(reply, protocol);
    }

    // --- what goes ---

    void beginTurn() {
        encodedInTurnBytes = 0;
    }

    int encodedInTurnBytes() {
        return encodedInTurnBytes;
    }

    void flush() {
        buffer.flush();
    }

    /** Gives all that is encoded to the channel. */
    void passOn() {
        buffer.passOn();
    }

    // --- what stays ---

    /** Encoded, and not taken by the socket. */
    long encodedBytes() {
        return buffer.pendingBytes();
    }

    /** All that is there and that the socket has not taken. */
    long bytes() {
        return queue.heldBytes() + buffer.pendingBytes();
    }

    OutputLimits.Limit limit() {
        return server.settings().limits().output().of(kind.limit());
    }

    boolean isAtLimit(long bytes) {
        return bytes >= limit().hardBytes();
    }

    /** Tells the load how much the client has not taken by now. Returns it. */
    long count() {
        long bytes = bytes();
        server.load().output(bytes - countedBytes);
        countedBytes = bytes;
        return bytes;
    }

    /** Whether so much has come that the client is to be closed at once. */
    boolean isTooMuch() {
        return bytes() > kind.closedPastBytes(limit().hardBytes());
    }

    /** Once a second. */
    SlowReader.Verdict look() {
        long bytes = count();
        boolean isStill = buffer.pendingBytes() > 0 && !buffer.hasMoved();
        return reader.look(bytes, isStill, limit(), server.load().isOverBudget());
    }

    /** Why the client is closed, in words; it is counted as closed for that. */
    String reason(SlowReader.Verdict verdict) {
        if (verdict == SlowReader.Verdict.STUCK) {
            server.counters().countStuckClose();
            return "it has taken none of the " + bytes() + " bytes of its replies for " + SlowReader.STILL_LOOKS_MAX
                    + " s, and clients hold " + server.load().waitingBytes()
                    + " bytes in all, more than waiting-bytes-max";
        }
        server.counters().countOutputLimitClose();
        String held = "its replies hold " + bytes() + " bytes, ";
        return verdict == SlowReader.Verdict.PAST_SOFT_LIMIT
                ? held + "and have held more than the soft limit of client-output-buffer-limit, " + limit().softBytes()
                        + ", for more than " + limit().softSeconds() + " s"
                : held + "client-output-buffer-limit is " + limit().hardBytes();
    }

    /** Nothing of it is sent. */
    void close() {
        buffer.release();
        queue.clear();
        server.load().output(-countedBytes);
        countedBytes = 0;
    }
}
