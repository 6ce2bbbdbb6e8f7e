package io.kindred.server;

import io.kindred.cluster.message.Reply;
import io.kindred.command.CommandCalls;
import io.kindred.command.ReplySink;
import io.kindred.resp.RespEncoder;
import org.jspecify.annotations.Nullable;

/**
 * The place of one command's reply among those of its connection. Replies may come in any order; they are written in the
 * order of the commands.
 *
 * <p>How the reply is to be written (in which protocol, or not at all) is settled when the command has been run or
 * answered, whichever is first: what a later command changes does not reach back.
 *
 * <p>Owned by: the connection's loop thread.
 */
public final class ReplySlot implements ReplySink {
    private static final byte[] NOT_KEPT = {};

    private final ClientConnection connection;
    private @Nullable Reply reply;
    private byte @Nullable [][] args;
    private @Nullable ReplySlot next;
    private boolean settled;
    private boolean muted;
    private int protocol;
    private long heldBytes;
    private long weightBytes;
    private long expectedBytes;
    private long begunMillis;
    private boolean read;
    private boolean counted;
    private boolean inPlace;
    /** Null until the command is started. */
    private @Nullable CommandCalls calls;

    private long startedNanos;

    ReplySlot(ClientConnection connection) {
        this.connection = connection;
    }

    /** Requires: the first call. After the connection has closed it has no effect. */
    @Override
    public void complete(Reply answer) {
        if (reply != null) {
            throw new IllegalStateException("a command was answered twice: " + reply + ", then " + answer);
        }
        reply = answer;
        settle();
        connection.completed(this);
    }

    /** Its command is not refused, nor has to wait. */
    void started(CommandCalls counted) {
        calls = counted;
        startedNanos = connection.turnNanos();
    }

    /** It is answered late on purpose: it takes no room from others meanwhile, and nothing is kept of it but its name. */
    void stepAside() {
        connection.stepAside(this);
        byte[][] command = args;
        args = command == null ? null : new byte[][] {command[0], NOT_KEPT};
    }

    /** Where its answer is counted; null: its command was never started. */
    @Nullable
    CommandCalls calls() {
        return calls;
    }

    ClientSession session() {
        return connection.session();
    }

    long startedNanos() {
        return startedNanos;
    }

    void settle() {
        if (!settled) {
            settled = true;
            muted = connection.session().replyMuted();
            protocol = connection.session().protocol();
        }
    }

    boolean muted() {
        return muted;
    }

    int protocol() {
        return protocol;
    }

    @Nullable
    Reply reply() {
        return reply;
    }

    /** The command, as long as its answer may be late; null: it is not kept. */
    byte @Nullable [][] args() {
        return args;
    }

    void args(byte[][] command) {
        args = command;
    }

    /** From now on it is counted as waiting for earlier ones. What it was is not kept: nothing weighs that any more. */
    long hold(Reply answer) {
        args = null;
        heldBytes = RespEncoder.sizeBytes(answer);
        return heldBytes;
    }

    /** 0 for a reply that never waited. */
    long heldBytes() {
        return heldBytes;
    }

    /**
     * It is in flight.
     *
     * @param weight in {@link ClientLoad}'s bytes
     * @param expected what its reply is taken for
     * @param nowMillis when it was begun
     */
    void begin(long weight, long expected, long nowMillis) {
        weightBytes = weight;
        expectedBytes = expected;
        begunMillis = nowMillis;
    }

    void end() {
        weightBytes = 0;
        expectedBytes = 0;
        inPlace = false;
    }

    /** {@link ReadsInFlight} counts it from now on. */
    void expect(long bytes, boolean takesPlace) {
        counted = true;
        expectedBytes = bytes;
        inPlace = takesPlace;
    }

    void read() {
        read = true;
    }

    boolean isRead() {
        return read;
    }

    boolean isCounted() {
        return counted;
    }

    boolean isInPlace() {
        return inPlace;
    }

    long expectedBytes() {
        return expectedBytes;
    }

    /** 0 while it is not in flight. */
    long weightBytes() {
        return weightBytes;
    }

    long begunMillis() {
        return begunMillis;
    }

    @Nullable
    ReplySlot next() {
        return next;
    }

    void next(ReplySlot slot) {
        next = slot;
    }
}
