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
 * behind it are encoded; so a command that answers at once goes straight into the output. What was encoded is flushed
 * once per turn of the loop, by {@link LoopTurn}.
 *
 * <p>States:
 * <ul>
 *   <li>open: reads, decodes, runs;
 *   <li>paused: nothing is read, and what is read stays undecoded. For a reason of its own (too many commands in flight,
 *       much encoded in this turn, a command runs alone or waits to) {@link LoopTurn} opens it again; for a cause that it
 *       shares with others ({@link ClientLoad}, and replies at {@code client-output-buffer-limit}) it stands in a line there
 *       and is woken. Decoding never begins inside a completion, because another connection may be decoding just then;
 *   <li>draining (QUIT, a protocol error, the client's end of stream): nothing more is decoded; once the last reply is
 *       written it closes;
 *   <li>closed: completions have no effect.
 * </ul>
 *
 * <p>Owned by: its loop thread.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter implements CommandSink {
    private static final System.Logger LOG = System.getLogger(ClientConnection.class.getName());

    /** Encoded in one go; then it is the others' turn, and the socket's. */
    private static final int ENCODED_BYTES_PER_TURN = 1 << 20;

    /** So often the sweep, once a second, finds a client that takes nothing of its replies before it is closed. */
    private static final int STILL_SWEEPS_MAX = 10;

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
    private final ReadsInFlight reads = new ReadsInFlight();

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
    /** It waits for the storage or until its reply has room, and not for those before it. */
    private boolean heldBack;

    /** The line that it stands in. */
    private ClientLoad.@Nullable Cause waitsFor;

    private long nowMillis;
    private int encodedInTurnBytes;
    private int stillSweeps;
    /** What the load has been told of. */
    private long countedInputBytes;

    private long countedOutputBytes;

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

    /** Whether it is not to be closed already. */
    boolean isOpen() {
        return state == State.OPEN || state == State.PAUSED;
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

    /** Of commands that are decoded and have not begun. */
    long aheadBytes() {
        return decoder.aheadBytes();
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
        readMillis = server.turn().beginRead();
        nowMillis = readMillis;
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
    public void handlerRemoved(ChannelHandlerContext ignored) {
        state = State.CLOSED;
        input.release();
        output.release();
        // What still runs is held until it has come to its end.
        replies.forEach(slot -> {
            if (slot.reply() != null || slot == lone && waiting != null) {
                load().end(slot);
            }
        });
        replies.clear();
        waiting = null;
        load().input(-countedInputBytes);
        load().output(-countedOutputBytes);
        load().leave(this);
        server.closed(this);
        server.turn().visit(this);
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
        nowMillis = server.clock().millis();
        encodedInTurnBytes = 0;
        encode();
        output.flush();
        countOutput();
        lineUpHeldRead();
        if (state == State.PAUSED && waitsFor == null && mayResume()) {
            resume();
        }
        closeIfDrained();
    }

    /** It has come to the head of its line. */
    void wake() {
        waitsFor = null;
        try {
            visit();
        } catch (RuntimeException failure) {
            // One client's trouble must not leave the others unvisited.
            failed(failure);
        }
    }

    private void resume() {
        state = State.OPEN;
        inRead = true;
        runWaiting();
        decode();
        endRead();
        if (state == State.OPEN) {
            channel.config().setAutoRead(true);
        }
    }

    /** Called once a second: closes a client that takes nothing of its replies while they are in the way. */
    void sweep() {
        countOutput();
        if (output.pendingBytes() == 0 || output.hasMoved()) {
            stillSweeps = 0;
            return;
        }
        stillSweeps++;
        if (stillSweeps < STILL_SWEEPS_MAX) {
            return;
        }
        if (outputBytes() >= outputBytesMax()) {
            closeForOutput();
        } else if (load().isOverBudget() && !closeBegun) {
            server.counters().countStuckClose();
            LOG.log(
                    Level.WARNING,
                    "closing client {0} {1}: it has taken none of the {2} bytes of its replies for {3} s, and clients hold"
                            + " {4} bytes in all, more than waiting-bytes-max",
                    session.id(),
                    session.remoteAddress(),
                    Long.toString(outputBytes()),
                    stillSweeps,
                    Long.toString(load().waitingBytes()));
            closeNow();
        }
    }

    /** Halves of commands take all the room, and this one has the largest. */
    void refuseForRoom() {
        server.counters().countChokedClose();
        LOG.log(
                Level.WARNING,
                "closing client {0} {1}: no room for the rest of its command, of which {2} bytes have come",
                session.id(),
                session.remoteAddress(),
                Long.toString(decoder.heldBytes()));
        waitsFor = null;
        load().leave(this);
        if (waiting != null || decoder.aheadBytes() > 0) {
            // Commands before the half one would have to be answered first, and wait themselves.
            closeNow();
            return;
        }
        input.release();
        reject("OOM too many commands wait to be whole; nothing of this one was applied");
        visit();
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
        long mine = outputBytes();
        boolean mayRead = mine < outputBytesMax() && load().mayRead(mine, decoder.heldBytes() > 0);
        if (!mayRead || !load().hasRoom()) {
            pauseFor(mayRead ? ClientLoad.Cause.WINDOW : ClientLoad.Cause.BUDGET);
            countInput();
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
        countInput();
    }

    @Override
    public void foresee(byte[][][] commands, int count) {
        server.runner().foresee(session, commands, count);
    }

    @Override
    public boolean accept(byte[][] args) {
        if (Words.isHttp(args[0])) {
            server.refuseHttp(session);
            closeNow();
            return false;
        }
        ReplySlot slot = new ReplySlot(this);
        slot.args(args);
        replies.add(slot);
        session.beginCommand(readMillis);
        run(slot, args);
        return state == State.OPEN;
    }

    private void run(ReplySlot slot, byte[][] args) {
        boolean isFirst = replies.isOldest(slot);
        if (slot.weightBytes() == 0) {
            load().begin(slot, args, nowMillis);
        }
        session.beginRun(slot, isFirst, load().writesHeld(), !mayBeginRead());
        try {
            server.runner().run(session, args, slot);
        } catch (RuntimeException broken) {
            load().end(slot);
            throw broken;
        } finally {
            session.endRun();
        }
        boolean isStarted = !session.isHeldBack() && (isFirst || !session.runsAlone());
        if (isStarted) {
            slot.settle();
        }
        decoder.authenticated(session.authenticated());
        if (session.isHeldBack()) {
            holdBack(slot, args);
            return;
        }
        if (slot.isRead() && slot.reply() == null) {
            reads.begin(load(), slot);
        }
        if (session.runsAlone() && slot.reply() == null) {
            lone = slot;
            waiting = isFirst ? null : args;
        }
        pauseIfNeeded();
    }

    private void pauseIfNeeded() {
        countOutput();
        if (session.closingAfterReply()) {
            state = State.DRAINING;
        } else if (!load().mayRead(countedOutputBytes, false) || countedOutputBytes >= outputBytesMax()) {
            pauseFor(ClientLoad.Cause.BUDGET);
        } else if (!load().hasRoom()) {
            pauseFor(ClientLoad.Cause.WINDOW);
        } else if (replies.size() >= limits.commandsInFlightMax() || encodedInTurnBytes >= ENCODED_BYTES_PER_TURN) {
            pause();
        } else if (lone != null) {
            stopReading();
        }
    }

    /** It does not run, so it is not in flight; it waits with what is read. */
    private void holdBack(ReplySlot slot, byte[][] args) {
        load().end(slot);
        lone = slot;
        waiting = args;
        heldBack = true;
        if (slot.isRead()) {
            stopReading();
            lineUpHeldRead();
        } else {
            pauseFor(ClientLoad.Cause.WRITES);
        }
    }

    private boolean mayBeginRead() {
        return reads.mayBegin(load(), outputBytesMax(), nowMillis);
    }

    /** A read that is held back waits for replies of this client, for a place, or for room, in turn. */
    private void lineUpHeldRead() {
        ReplySlot slot = lone;
        if (!heldBack || slot == null || !slot.isRead() || state != State.PAUSED) {
            return;
        }
        boolean may = mayBeginRead();
        if (may && waitsFor == ClientLoad.Cause.PLACE) {
            load().leave(this);
            waitsFor = null;
        }
        if (waitsFor == null && may && !load().hasRoom()) {
            pauseFor(ClientLoad.Cause.WINDOW);
        } else if (waitsFor == null && !may && !reads.isFull(outputBytesMax())) {
            pauseFor(ClientLoad.Cause.PLACE);
        }
    }

    /** What had to wait, for those before it or for the storage. */
    private void runWaiting() {
        ReplySlot slot = lone;
        byte[][] args = waiting;
        lone = null;
        waiting = null;
        heldBack = false;
        if (slot != null && args != null) {
            run(slot, args);
        }
    }

    private void refuse(String error) {
        server.counters().countProtocolError();
        reject(error);
    }

    /** The last thing that the client is told. */
    private void reject(String error) {
        state = State.DRAINING;
        session.beginReply();
        ReplySlot slot = new ReplySlot(this);
        replies.add(slot);
        slot.complete(Reply.error(error));
    }

    long turnNanos() {
        return server.turn().nanos();
    }

    void stepAside(ReplySlot slot) {
        load().end(slot);
    }

    void completed(ReplySlot slot) {
        server.answered(slot);
        if (state == State.CLOSED) {
            load().end(slot);
            server.turn().visit(this);
            return;
        }
        Reply reply = slot.reply();
        if (replies.isOldest(slot)) {
            encode();
        } else if (reply != null) {
            replies.hold(slot, reply);
            closeIfTooMuchHeld();
        }
        if (!inRead) {
            server.turn().visit(this);
        }
    }

    /** Encodes what is answered, oldest first. */
    private void encode() {
        ReplySlot slot = replies.answered();
        if (slot == null) {
            return;
        }
        long now = inRead ? nowMillis : server.clock().millis();
        for (; slot != null; slot = replies.answered()) {
            Reply reply = slot.reply();
            int bytes = reply != null && !slot.muted() ? output.write(reply, slot.protocol()) : 0;
            encodedInTurnBytes += bytes;
            replies.removeOldest();
            load().answered(slot, bytes, now);
            if (slot.isCounted()) {
                reads.answered(bytes, now);
            }
        }
        closeIfTooMuchHeld();
    }

    private boolean mayResume() {
        ReplySlot slot = lone;
        boolean isReadHeld = heldBack && slot != null && slot.isRead();
        return !isBlocked() && replies.size() <= limits.commandsInFlightResume() && (!isReadHeld || mayBeginRead());
    }

    /** Whether a command that has to be alone runs, or cannot begin yet. */
    private boolean isBlocked() {
        ReplySlot slot = lone;
        if (slot == null || heldBack) {
            return false;
        }
        return waiting == null ? slot.reply() == null : !replies.isOldest(slot);
    }

    private void pauseFor(ClientLoad.Cause cause) {
        waitsFor = cause;
        load().await(cause, this);
        if (cause == ClientLoad.Cause.BUDGET) {
            pause();
        } else {
            stopReading();
        }
    }

    private void pause() {
        server.counters().countPause();
        stopReading();
    }

    private void stopReading() {
        state = State.PAUSED;
        channel.config().setAutoRead(false);
    }

    private ClientLoad load() {
        return server.load();
    }

    private void countInput() {
        byte[][] held = heldBack ? waiting : null;
        long bytes = input.readableBytes()
                + decoder.aheadBytes()
                + decoder.heldBytes()
                + (held == null ? 0 : ClientLoad.weigh(held));
        load().input(bytes - countedInputBytes);
        countedInputBytes = bytes;
    }

    /** Tells the load how much the client has not taken by now. */
    void countOutput() {
        long bytes = outputBytes();
        load().output(bytes - countedOutputBytes);
        countedOutputBytes = bytes;
    }

    /** What is answered by now goes out at the end of the turn, behind all reads of the turn: a flush wakes the client up. */
    private void endRead() {
        inRead = false;
        server.turn().visit(this);
    }

    private void closeIfDrained() {
        if (state == State.DRAINING && replies.size() == 0 && !closeBegun) {
            closeBegun = true;
            output.passOn();
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    private long outputBytesMax() {
        return server.settings().limits().outputBytesMax();
    }

    /**
     * A single reply may be longer than the limit, and what was in flight when it was reached comes on top: the client has
     * no part in that.
     */
    private void closeIfTooMuchHeld() {
        if (outputBytes() > 2 * outputBytesMax()) {
            closeForOutput();
        }
    }

    private void closeForOutput() {
        if (!closeBegun) {
            server.counters().countOutputLimitClose();
            LOG.log(
                    Level.WARNING,
                    "closing client {0} {1}: its replies hold {2} bytes, client-output-buffer-limit is {3}",
                    session.id(),
                    session.remoteAddress(),
                    Long.toString(outputBytes()),
                    Long.toString(outputBytesMax()));
            closeNow();
        }
    }
}
