package io.kindred.server;

import io.kindred.cluster.message.Reply;
import io.kindred.command.ClientIdentity;
import io.kindred.command.CommandCalls;
import io.kindred.command.ReplySink;
import io.kindred.command.Session;
import io.kindred.resp.RespEncoder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The place of one command's reply among those of its owner. Replies may come in any order; they are written in the
 * order of the commands.
 *
 * <p>How the reply is to be written (in which protocol, or not at all) is settled when the command has been run or
 * answered, whichever is first: what a later command changes does not reach back.
 *
 * <p>Owned by: the connection's loop thread.
 */
public final class ReplySlot extends OutputEntry implements ReplySink {
    private static final byte[] NOT_KEPT = {};

    private final Owner owner;
    private byte @Nullable [][] args;
    /** Those before the last; null: it is the only one. */
    private @Nullable List<Reply> earlier;

    private boolean settled;
    private boolean muted;
    private byte protocol;
    private long weightBytes;
    private long expectedBytes;
    private long begunMillis;
    private boolean read;
    private boolean counted;
    private boolean inPlace;
    /** Null until the command is started. */
    private @Nullable CommandCalls calls;

    private long startedNanos;

    /** The connection whose command it is. */
    interface Owner {
        Session session();

        /** When something was first done for a client in this turn of the loop. */
        long turnNanos();

        /** The reply has come. */
        void completed(ReplySlot slot);

        void stepAside(ReplySlot slot);
    }

    ReplySlot(Owner owner) {
        this.owner = owner;
    }

    /** Requires: the first call. After the connection has closed it has no effect. */
    @Override
    public void complete(Reply answer) {
        refuseSecond(answer);
        reply(answer);
        settle();
        owner.completed(this);
    }

    /** All are written in a row. There is at most one for each argument of the command, or for each topic of its client. */
    @Override
    public void also(Reply answer) {
        refuseSecond(answer);
        List<Reply> replies = earlier;
        if (replies == null) {
            replies = new ArrayList<>();
            earlier = replies;
        }
        replies.add(answer);
    }

    private void refuseSecond(Reply answer) {
        if (reply() != null) {
            throw new IllegalStateException("a command was answered twice: " + reply() + ", then " + answer);
        }
    }

    /** Its command is not refused, nor has to wait. */
    void started(CommandCalls counted) {
        calls = counted;
        startedNanos = owner.turnNanos();
    }

    /** It is answered late on purpose: it takes no room from others meanwhile, and nothing is kept of it but its name. */
    void stepAside() {
        owner.stepAside(this);
        byte[][] command = args;
        args = command == null ? null : new byte[][] {command[0], NOT_KEPT};
    }

    /** Where its answer is counted; null: its command was never started. */
    @Nullable
    CommandCalls calls() {
        return calls;
    }

    ClientIdentity client() {
        return owner.session().identity();
    }

    long startedNanos() {
        return startedNanos;
    }

    void settle() {
        if (!settled) {
            settled = true;
            muted = owner.session().replies().isMuted();
            protocol = (byte) owner.session().identity().protocol();
        }
    }

    /** Whether a reply is not written. Pushes are, as SUBSCRIBE's confirmations: nobody can do without these. */
    boolean isMuted(Reply answer) {
        return muted && !(answer instanceof Reply.Push);
    }

    /** All but the last; null: there are no others. */
    @Nullable
    List<Reply> earlier() {
        return earlier;
    }

    int protocol() {
        return protocol;
    }

    /** The command, as long as its answer may be late; null: it is not kept. */
    byte @Nullable [][] args() {
        return args;
    }

    void args(byte[][] command) {
        args = command;
    }

    /** It waits for earlier ones. What its command was is not kept: nothing weighs that any more. */
    @Override
    long hold(Reply answer) {
        args = null;
        long bytes = RespEncoder.sizeBytes(answer);
        if (earlier != null) {
            for (Reply one : earlier) {
                bytes += RespEncoder.sizeBytes(one);
            }
        }
        return bytes;
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
}
