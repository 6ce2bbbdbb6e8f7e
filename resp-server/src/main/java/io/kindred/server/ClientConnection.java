package io.kindred.server;

import io.kindred.cluster.message.Reply;
import io.kindred.resp.CommandSink;
import io.kindred.resp.RespDecoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * One client: its bytes become commands, and the replies go back in the commands' order.
 *
 * <p>A command takes a slot in the reply queue before it runs. When the oldest slot is answered, it and the answered ones
 * behind it are encoded; so a command that answers at once goes straight into the output. What was encoded while a
 * read was handled is flushed at its end; what is answered later is flushed once per turn of the loop, by {@link
 * LoopTurn}.
 *
 * <p>States:
 * <ul>
 *   <li>open: reads, decodes, runs;
 *   <li>paused (too many commands in flight, too much output that the client has not taken, the server holds all reads,
 *       or a command runs alone or waits to): nothing is read, and what is read stays undecoded. {@link LoopTurn} and the
 *       channel's writability open it again. Decoding never begins inside a completion, because another connection may
 *       be decoding just then;
 *   <li>draining (QUIT, a protocol error, the client's end of stream): nothing more is decoded; once the last reply is
 *       written it closes;
 *   <li>closed: completions have no effect.
 * </ul>
 *
 * <p>Owned by: its loop thread.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter implements CommandSink {
    private static final System.Logger LOG = System.getLogger(ClientConnection.class.getName());

    private enum State {
        OPEN,
        PAUSED,
        DRAINING,
        CLOSED
    }

    private final RespServer server;
    private final Channel channel;
    private final ServerLimits limits;
    private final ClientSession session;
    private final RespDecoder decoder;
    private final InputBuffer input;
    private final OutputBuffer output;
    private final ReplyQueue replies = new ReplyQueue();

    private State state = State.OPEN;
    /** While a read is handled; its end flushes. */
    private boolean inRead;

    private long readMillis;
    private boolean inputEnded;
    private boolean closeBegun;
    private boolean visitPlanned;

    /** Of the command that has to be alone; null: none has. */
    private @Nullable ReplySlot lone;
    /** Its arguments, until it begins. */
    private byte @Nullable [] @Nullable [] waiting;

    ClientConnection(RespServer server, Channel channel, ClientSession session) {
        this.server = server;
        this.channel = channel;
        this.session = session;
        this.readMillis = session.createdMillis();
        this.limits = server.settings().limits();
        this.decoder = new RespDecoder(limits.request(), server.window());
        this.input = new InputBuffer(channel.alloc());
        this.output = new OutputBuffer(channel, server.counters());
    }

    ClientSession session() {
        return session;
    }

    int commandsInFlight() {
        return replies.size();
    }

    /** When bytes last came from the client. */
    long readMillis() {
        return readMillis;
    }

    /** Whether the oldest command in flight still runs; if not, what is not sent waits for the client. */
    boolean awaitsReply() {
        return replies.size() > 0 && replies.answered() == null;
    }

    boolean paused() {
        return state == State.PAUSED;
    }

    /** -1 where the transport does not tell. */
    int fileDescriptor() {
        return channel instanceof UnixChannel unix ? unix.fd().intValue() : -1;
    }

    int unreadBytes() {
        return input.readableBytes();
    }

    /** A half command's. */
    long decodingBytes() {
        return decoder.heldBytes();
    }

    /** Encoded replies that the socket has not taken. */
    long encodedBytes() {
        return output.pendingBytes();
    }

    /** All replies that have come and that the socket has not taken. */
    long outputBytes() {
        return replies.heldBytes() + output.pendingBytes();
    }

    @Override
    public void channelRead(ChannelHandlerContext ignored, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        server.counters().countInput(bytes.readableBytes());
        if (state == State.DRAINING || state == State.CLOSED) {
            ReferenceCountUtil.release(bytes);
            return;
        }
        input.add(bytes);
        readMillis = server.clock().millis();
        inRead = true;
        decode();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ignored) {
        endRead();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ignored, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            inputEnded = true;
            decode();
            endRead();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ignored) {
        if (channel.isWritable()) {
            server.turn().visit(this);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ignored) {
        state = State.CLOSED;
        input.release();
        output.release();
        replies.clear();
        waiting = null;
        server.closed(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ignored, Throwable cause) {
        failed(cause);
    }

    /** Drops what was not sent. */
    void closeNow() {
        if (state != State.CLOSED) {
            state = State.DRAINING;
            closeBegun = true;
            channel.close();
        }
    }

    void failed(Throwable cause) {
        Level level = cause instanceof IOException ? Level.DEBUG : Level.ERROR;
        LOG.log(level, "closing client " + session.id() + " " + session.remoteAddress(), cause);
        closeNow();
    }

    /** Called by {@link LoopTurn}, after something was completed or the client took some output. */
    void visit() {
        visitPlanned = false;
        if (state == State.CLOSED) {
            return;
        }
        encode();
        output.flush();
        if (state == State.PAUSED && mayResume()) {
            state = State.OPEN;
            inRead = true;
            runWaiting();
            decode();
            endRead();
            if (state == State.OPEN) {
                channel.config().setAutoRead(true);
            }
        }
        closeIfDrained();
    }

    /** Whether it was not planned before. */
    boolean planVisit() {
        boolean first = !visitPlanned;
        visitPlanned = true;
        return first;
    }

    private void decode() {
        if (state != State.OPEN) {
            return;
        }
        if (server.readsHeld()) {
            pause();
            return;
        }
        server.beginDecoding();
        decoder.limits(server.settings().limits().request());
        decoder.authenticated(session.authenticated());
        RespDecoder.Progress progress;
        try {
            progress = decoder.decode(input.bytes(), this);
        } finally {
            server.endDecoding();
        }
        if (progress == RespDecoder.Progress.FAILED) {
            refuse(decoder.error());
        } else if (inputEnded && state == State.OPEN) {
            state = State.DRAINING;
        }
        if (state == State.DRAINING) {
            input.release();
        } else {
            input.trim();
        }
    }

    @Override
    public boolean accept(byte[][] args) {
        if (Words.isHttp(args[0])) {
            server.refuseHttp(session);
            closeNow();
            return false;
        }
        ReplySlot slot = new ReplySlot(this);
        replies.add(slot);
        session.beginCommand(readMillis);
        run(slot, args);
        return state == State.OPEN;
    }

    private void run(ReplySlot slot, byte[][] args) {
        boolean isFirst = replies.isOldest(slot);
        session.beginRun(isFirst);
        server.runner().run(session, args, slot);
        slot.settle();
        decoder.authenticated(session.authenticated());
        if (session.runsAlone() && slot.reply() == null) {
            lone = slot;
            waiting = isFirst ? null : args;
        }
        if (session.closingAfterReply()) {
            state = State.DRAINING;
        } else if (mustPause()) {
            pause();
        } else if (lone != null) {
            stopReading();
        }
    }

    /** What had to wait for those before it, which are answered now. */
    private void runWaiting() {
        ReplySlot slot = lone;
        byte[][] args = waiting;
        lone = null;
        waiting = null;
        if (slot != null && args != null) {
            run(slot, args);
        }
    }

    private void refuse(String error) {
        server.counters().countProtocolError();
        state = State.DRAINING;
        session.beginReply();
        ReplySlot slot = new ReplySlot(this);
        replies.add(slot);
        slot.complete(Reply.error(error));
    }

    void completed(ReplySlot slot) {
        if (state == State.CLOSED) {
            return;
        }
        Reply reply = slot.reply();
        if (replies.isOldest(slot) && !outputFull()) {
            encode();
        } else if (reply != null) {
            replies.hold(slot, reply);
            closeIfTooMuchHeld();
        }
        if (!inRead) {
            server.turn().visit(this);
        }
    }

    /** Encodes what is answered, oldest first, as far as the client takes it. */
    private void encode() {
        for (ReplySlot slot = replies.answered(); slot != null && !outputFull(); slot = replies.answered()) {
            Reply reply = slot.reply();
            if (reply != null && !slot.muted()) {
                output.write(reply, slot.protocol());
            }
            replies.removeOldest();
        }
        closeIfTooMuchHeld();
    }

    private boolean outputFull() {
        return output.pendingBytes() >= limits.outputPauseBytes();
    }

    private boolean mustPause() {
        return replies.size() >= limits.commandsInFlightMax() || outputFull() || server.readsHeld();
    }

    private boolean mayResume() {
        return !isBlocked()
                && replies.size() <= limits.commandsInFlightResume()
                && output.pendingBytes() <= limits.outputResumeBytes()
                && !server.readsHeld();
    }

    /** Whether a command that has to be alone runs, or cannot begin yet. */
    private boolean isBlocked() {
        ReplySlot slot = lone;
        return slot != null && (waiting == null ? slot.reply() == null : !replies.isOldest(slot));
    }

    private void pause() {
        server.counters().countPause();
        stopReading();
    }

    private void stopReading() {
        state = State.PAUSED;
        channel.config().setAutoRead(false);
    }

    private void endRead() {
        inRead = false;
        output.flush();
        if (state == State.PAUSED || replies.answered() != null) {
            server.turn().visit(this);
        }
        closeIfDrained();
    }

    private void closeIfDrained() {
        if (state == State.DRAINING && replies.size() == 0 && !closeBegun) {
            closeBegun = true;
            output.passOn();
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** A single reply may be longer than the pause mark, and replies that come late cannot be stopped. */
    private void closeIfTooMuchHeld() {
        if (outputBytes() > limits.outputBytesMax() && !closeBegun) {
            server.counters().countOutputLimitClose();
            LOG.log(
                    Level.WARNING,
                    "closing client {0} {1}: its replies hold {2} bytes, more than {3}",
                    session.id(),
                    session.remoteAddress(),
                    outputBytes(),
                    limits.outputBytesMax());
            closeNow();
        }
    }
}
