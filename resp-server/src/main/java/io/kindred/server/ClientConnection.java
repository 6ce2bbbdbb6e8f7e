package io.kindred.server;

import io.kindred.cluster.message.Reply;
import io.kindred.command.ClientIdentity;
import io.kindred.command.ClientUser;
import io.kindred.command.Session;
import io.kindred.resp.CommandSink;
import io.kindred.resp.RespDecoder;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * One client: its bytes become commands, and the replies go back in the commands' order.
 *
 * <p>A command takes a slot in the output queue before it runs; {@link ClientOutput} says what is written when. What was encoded
 * is flushed once per turn of the loop, by {@link LoopTurn}.
 *
 * <p>States:
 * <ul>
 *   <li>open: reads, decodes, runs. While it is paused nothing is read, and what is read stays undecoded. For a reason of its
 *       own (too many commands in flight, much encoded in this turn, a command runs alone or waits to) {@link LoopTurn} has it
 *       go on; for a cause that it shares with others ({@link ClientLoad}, and replies at {@code
 *       client-output-buffer-limit}) it stands in a line there and is woken. Decoding never begins inside a completion,
 *       because another connection may be decoding just then;
 *   <li>draining (QUIT, a protocol error, the client's end of stream): nothing more is decoded; once the last reply is
 *       written it closes;
 *   <li>closed: completions have no effect.
 * </ul>
 *
 * <p>Owned by: its loop thread.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter implements CommandSink, ReplySlot.Owner {
    /** Encoded in one go; then it is the others' turn, and the socket's. */
    private static final int ENCODED_BYTES_PER_TURN = 1 << 20;

    private enum State {
        OPEN,
        DRAINING,
        CLOSED
    }

    private final RespServer server;
    private final Channel channel;
    private final ServerLimits limits;
    private final ClientAdmission admission;
    private final Session session;
    private final ClientInput input;
    private final ReadsInFlight reads = new ReadsInFlight();
    private final ClientOutput output;
    private final Barrier barrier = new Barrier();
    private final ReadingPause pause;
    private final ClientClosing closing;

    private State state = State.OPEN;
    /** While a read is handled; its end flushes. */
    private boolean inRead;

    private long readMillis;
    private boolean inputEnded;
    private boolean visitPlanned;
    private long nowMillis;

    ClientConnection(RespServer server, Channel channel, ClientIdentity identity, ClientUser user) {
        this.server = server;
        this.channel = channel;
        this.admission = new ClientAdmission(server.clientPause());
        this.session = new Session(identity, user, admission, new Subscriber(this));
        this.readMillis = identity.createdMillis();
        this.limits = server.settings().limits();
        this.input = new ClientInput(server, channel);
        this.output = new ClientOutput(server, channel, session, reads);
        this.pause = new ReadingPause(server, this, channel);
        this.closing = new ClientClosing(channel, session.identity());
    }

    @Override
    public Session session() {
        return session;
    }

    ClientInput input() {
        return input;
    }

    ClientOutput output() {
        return output;
    }

    /** When bytes last came from the client. */
    long readMillis() {
        return readMillis;
    }

    /** Whether the oldest command in flight still runs; if not, what is not sent waits for the client. */
    boolean awaitsReply() {
        return output.queue().commands() > 0 && !output.isReady();
    }

    /** Whether it is not to be closed already: what comes is run, now or later. */
    boolean isOpen() {
        return state == State.OPEN;
    }

    boolean paused() {
        return isOpen() && pause.isOn();
    }

    /** -1 where the transport does not tell. */
    int fileDescriptor() {
        return channel instanceof UnixChannel unix ? unix.fd().intValue() : -1;
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
            session.endInput();
            decode();
            endRead();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ignored) {
        state = State.CLOSED;
        input.close();
        // What still runs is held until it has come to its end.
        output.queue().forEachCommand(slot -> {
            if (slot.reply() != null || barrier.isUnbegun(slot)) {
                load().end(slot);
            }
        });
        output.close();
        barrier.clear();
        session.transaction().reset();
        pause.leaveLine();
        session.close();
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
            closing.now();
        }
    }

    void failed(Throwable cause) {
        closing.failed(cause);
        closeNow();
    }

    /** Called by {@link LoopTurn}, after something was completed or the client took some output. */
    void visit() {
        visitPlanned = false;
        if (state == State.CLOSED) {
            return;
        }
        nowMillis = server.clock().millis();
        output.beginTurn();
        encode();
        output.flush();
        output.count();
        lineUpHeldRead();
        if (paused() && !pause.isInLine() && mayResume()) {
            resume();
        }
        closeIfDrained();
    }

    /** It has come to the head of its line. */
    void wake() {
        pause.woken();
        try {
            visit();
        } catch (RuntimeException failure) {
            // One client's trouble must not leave the others unvisited.
            failed(failure);
        }
    }

    private void resume() {
        pause.end();
        inRead = true;
        runWaiting();
        decode();
        endRead();
        if (isOpen()) {
            pause.readOn();
        }
    }

    /** Called once a second. */
    void sweep() {
        SlowReader.Verdict verdict = output.look();
        if (verdict != SlowReader.Verdict.STAYS && !closing.hasBegun()) {
            closeFor(output.reason(verdict));
        }
    }

    /** Halves of commands take all the room, and this one has the largest. */
    void refuseForRoom() {
        server.counters().countChokedClose();
        closing.warn("no room for the rest of its command, of which " + input.decodingBytes() + " bytes have come");
        pause.leaveLine();
        if (barrier.hasUnbegun() || input.aheadBytes() > 0) {
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
        if (!isOpen() || pause.isOn()) {
            return;
        }
        long mine = output.bytes();
        boolean mayRead = !output.isAtLimit(mine) && load().mayRead(mine, input.decodingBytes() > 0);
        if (!mayRead || !load().hasRoom()) {
            pause.beginFor(mayRead ? ClientLoad.Cause.WINDOW : ClientLoad.Cause.BUDGET);
            countInput();
            return;
        }
        RespDecoder.Progress progress = input.decode(this, session.user().isAuthenticated());
        if (progress == RespDecoder.Progress.FAILED) {
            refuse(input.error());
        } else if (inputEnded && isOpen() && !pause.isOn()) {
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
            server.refuseHttp(remoteAddress());
            closeNow();
            return false;
        }
        ReplySlot slot = new ReplySlot(this);
        slot.args(args);
        output.queue().add(slot);
        session.lastCommand().came(readMillis);
        session.replies().beginReply();
        run(slot, args);
        return isOpen() && !pause.isOn();
    }

    private void run(ReplySlot slot, byte[][] args) {
        boolean isFirst = output.queue().isOldest(slot);
        if (slot.weightBytes() == 0) {
            load().begin(slot, args, nowMillis);
        }
        admission.beginRun(slot, isFirst, load().writesHeld(), !mayBeginRead());
        try {
            server.runner().run(session, args, slot);
        } catch (RuntimeException broken) {
            load().end(slot);
            throw broken;
        } finally {
            admission.endRun();
        }
        if (admission.isStarted()) {
            slot.settle();
        }
        input.authenticated(session.user().isAuthenticated());
        if (admission.isHeldBack()) {
            holdBack(slot, args);
            return;
        }
        if (slot.isRead() && slot.reply() == null) {
            reads.begin(load(), slot);
        }
        if (admission.runsAlone() && slot.reply() == null) {
            if (isFirst) {
                barrier.runsAlone(slot);
            } else {
                barrier.waitsToRunAlone(slot, args);
            }
        }
        pauseIfNeeded();
    }

    private void pauseIfNeeded() {
        long untaken = output.count();
        if (session.flags().closesAfterReply()) {
            state = State.DRAINING;
        } else if (!load().mayRead(untaken, false) || output.isAtLimit(untaken)) {
            pause.beginFor(ClientLoad.Cause.BUDGET);
        } else if (!load().hasRoom()) {
            pause.beginFor(ClientLoad.Cause.WINDOW);
        } else if (output.queue().commands() >= limits.commandsInFlightMax()
                || output.encodedInTurnBytes() >= ENCODED_BYTES_PER_TURN) {
            pause.beginAsTooMuch();
        } else if (barrier.stands()) {
            pause.begin();
        }
    }

    /** It does not run, so it is not in flight; it waits with what is read. */
    private void holdBack(ReplySlot slot, byte[][] args) {
        load().end(slot);
        barrier.holdBack(slot, args);
        if (slot.isRead() && !admission.isPaused()) {
            pause.begin();
            lineUpHeldRead();
        } else {
            pause.beginFor(admission.isPaused() ? ClientLoad.Cause.PAUSED : ClientLoad.Cause.WRITES);
        }
    }

    private boolean mayBeginRead() {
        return reads.mayBegin(load(), output.limit().hardBytes(), nowMillis);
    }

    private void lineUpHeldRead() {
        if (barrier.isHeldRead() && paused()) {
            pause.lineUpHeldRead(mayBeginRead(), reads.isFull(output.limit().hardBytes()));
        }
    }

    /** What had to wait, for those before it or for the storage. */
    private void runWaiting() {
        Barrier.Unbegun next = barrier.lift();
        if (next != null) {
            run(next.slot(), next.args());
        }
    }

    private void refuse(String error) {
        server.counters().countProtocolError();
        reject(error);
    }

    /** The last thing that the client is told. */
    private void reject(String error) {
        state = State.DRAINING;
        session.replies().beginReply();
        ReplySlot slot = new ReplySlot(this);
        output.queue().add(slot);
        slot.complete(Reply.error(error));
    }

    @Override
    public long turnNanos() {
        return server.turn().nanos();
    }

    @Override
    public void stepAside(ReplySlot slot) {
        load().end(slot);
    }

    @Override
    public void completed(ReplySlot slot) {
        server.answered(slot);
        if (state == State.CLOSED) {
            load().end(slot);
            server.turn().visit(this);
            return;
        }
        output.ended(slot);
        if (output.isReady()) {
            encode();
        } else {
            closeIfTooMuch();
        }
        visitAfterwards();
    }

    /**
     * Tells the client something that it has not asked for, in its place among the replies ({@link OutputQueue}). It has no effect
     * once nothing more is decoded.
     *
     * @param behind a command whose reply the client has to see first; null: none in particular
     */
    void push(Reply push, @Nullable ReplySlot behind) {
        if (isOpen()) {
            output.push(push, behind);
            closeIfTooMuch();
            visitAfterwards();
        }
    }

    private void visitAfterwards() {
        if (!inRead) {
            server.turn().visit(this);
        }
    }

    private void encode() {
        if (output.isReady()) {
            output.encode(inRead ? nowMillis : server.clock().millis());
            closeIfTooMuch();
        }
    }

    private boolean mayResume() {
        return !barrier.isBlocked(output.queue())
                && output.queue().commands() <= limits.commandsInFlightResume()
                && (!barrier.isHeldRead() || mayBeginRead());
    }

    private String remoteAddress() {
        return session.identity().addresses().remote();
    }

    private ClientLoad load() {
        return server.load();
    }

    private void countInput() {
        input.count(barrier.heldBackBytes());
    }

    /** What is answered by now goes out at the end of the turn, behind all reads of the turn: a flush wakes the client up. */
    private void endRead() {
        inRead = false;
        server.turn().visit(this);
    }

    private void closeIfDrained() {
        if (state == State.DRAINING && output.queue().isEmpty() && !closing.hasBegun()) {
            output.passOn();
            closing.behindReplies();
        }
    }

    private void closeIfTooMuch() {
        if (output.isTooMuch() && !closing.hasBegun()) {
            closeFor(output.reason(SlowReader.Verdict.AT_HARD_LIMIT));
        }
    }

    private void closeFor(String reason) {
        closing.warn(reason);
        closeNow();
    }
}
