package io.kindred.server;

import io.kindred.cluster.message.QuorumSpec;
import io.kindred.command.CommandCalls;
import io.kindred.command.CommandSpec;
import io.kindred.command.KeyOrder;
import io.kindred.command.Session;
import io.kindred.resp.RespEncoder;
import org.jspecify.annotations.Nullable;

/**
 * What a connection is to the commands it sends: who it is, what it chose, and what it did last.
 *
 * <p>Owned by: the connection's loop thread.
 */
public final class ClientSession implements Session {
    private final long id;
    private final String remoteAddress;
    private final String localAddress;
    private final ServerParts parts;
    private final long createdMillis;

    private long lastCommandMillis;
    private String lastCommand = "NULL";
    private long commandsStarted;

    private int db;
    private int protocol = RespEncoder.RESP2;
    private boolean authenticated;
    private boolean overTls;
    private String name = "";
    private String libraryName = "";
    private String libraryVersion = "";
    private boolean noEvict;
    private boolean noTouch;
    private final KeyOrder order = new KeyOrder();
    private QuorumSpec quorum = QuorumSpec.DEFAULT;

    private boolean repliesOff;
    private boolean nextReplySkipped;
    private boolean replyMuted;
    private boolean closingAfterReply;
    private boolean first;
    private boolean alone;
    private boolean writesHeld;
    private boolean readsHeld;
    private boolean heldBack;
    private @Nullable ReplySlot running;

    ClientSession(long id, String remoteAddress, String localAddress, ServerParts parts, long nowMillis) {
        this.id = id;
        this.remoteAddress = remoteAddress;
        this.localAddress = localAddress;
        this.parts = parts;
        this.createdMillis = nowMillis;
        this.lastCommandMillis = nowMillis;
    }

    @Override
    public long id() {
        return id;
    }

    /** {@code host:port} of the client. */
    public String remoteAddress() {
        return remoteAddress;
    }

    /** {@code host:port} that the client connected to. */
    public String localAddress() {
        return localAddress;
    }

    /** What answers a wrong password of this client. */
    ServerParts parts() {
        return parts;
    }

    public long createdMillis() {
        return createdMillis;
    }

    public long lastCommandMillis() {
        return lastCommandMillis;
    }

    /** As {@code get} or {@code client|list}; {@code NULL} before the first. */
    public String lastCommand() {
        return lastCommand;
    }

    @Override
    public void running(CommandSpec command) {
        lastCommand = command.name();
    }

    @Override
    public void started(CommandCalls calls) {
        if (running != null) {
            running.started(calls);
        }
    }

    public long commandsStarted() {
        return commandsStarted;
    }

    @Override
    public int db() {
        return db;
    }

    @Override
    public void db(int number) {
        db = number;
    }

    @Override
    public int protocol() {
        return protocol;
    }

    @Override
    public void protocol(int version) {
        protocol = version;
    }

    @Override
    public boolean authenticated() {
        return authenticated;
    }

    @Override
    public void authenticated(boolean yes) {
        authenticated = yes;
    }

    @Override
    public boolean overTls() {
        return overTls;
    }

    void overTls(boolean yes) {
        overTls = yes;
    }

    /** Empty: none. */
    public String name() {
        return name;
    }

    public void name(String newName) {
        name = newName;
    }

    public String libraryName() {
        return libraryName;
    }

    public void libraryName(String newName) {
        libraryName = newName;
    }

    public String libraryVersion() {
        return libraryVersion;
    }

    public void libraryVersion(String version) {
        libraryVersion = version;
    }

    public boolean noEvict() {
        return noEvict;
    }

    public void noEvict(boolean on) {
        noEvict = on;
    }

    public boolean noTouch() {
        return noTouch;
    }

    public void noTouch(boolean on) {
        noTouch = on;
    }

    @Override
    public QuorumSpec quorum() {
        return quorum;
    }

    @Override
    public void quorum(QuorumSpec spec) {
        quorum = spec;
    }

    @Override
    public KeyOrder order() {
        return order;
    }

    /** CLIENT REPLY ON: this command is answered, and those after it. */
    public void replyOn() {
        repliesOff = false;
        nextReplySkipped = false;
        replyMuted = false;
    }

    /** CLIENT REPLY OFF: neither this command is answered nor those after it. */
    public void replyOff() {
        repliesOff = true;
        replyMuted = true;
    }

    /** CLIENT REPLY SKIP: neither this command is answered nor the next. */
    public void replySkip() {
        nextReplySkipped = true;
        replyMuted = true;
    }

    /** The connection closes once this command is answered; what is pipelined behind it is dropped. */
    public void closeAfterReply() {
        closingAfterReply = true;
    }

    boolean closingAfterReply() {
        return closingAfterReply;
    }

    /** All that the client chose goes back to how it was, as RESET has it. */
    void reset(boolean nowAuthenticated) {
        db = 0;
        protocol = RespEncoder.RESP2;
        authenticated = nowAuthenticated;
        name = "";
        noEvict = false;
        noTouch = false;
        quorum = QuorumSpec.DEFAULT;
        replyOn();
    }

    void beginCommand(long nowMillis) {
        lastCommandMillis = nowMillis;
        commandsStarted++;
        beginReply();
    }

    /**
     * The command is run, perhaps not for the first time.
     *
     * @param isFirst whether all commands before it are answered
     * @param noWrites whether writes have to wait now
     * @param noReads whether reads have to wait now
     */
    void beginRun(ReplySlot slot, boolean isFirst, boolean noWrites, boolean noReads) {
        running = slot;
        first = isFirst;
        readsHeld = noReads;
        alone = false;
        writesHeld = noWrites;
        heldBack = false;
    }

    /** It has begun, or has to wait: the session does not hold on to it. */
    void endRun() {
        running = null;
    }

    @Override
    public boolean mayWrite() {
        heldBack = writesHeld;
        return !writesHeld;
    }

    @Override
    public boolean mayRead() {
        heldBack = readsHeld;
        if (running != null) {
            running.read();
        }
        return !readsHeld;
    }

    /** Whether the command that was run last has to wait until writes, or reads, go on. */
    boolean isHeldBack() {
        return heldBack;
    }

    @Override
    public boolean runAlone() {
        alone = true;
        return first;
    }

    /** Whether nothing may run beside the command that was run last. */
    boolean runsAlone() {
        return alone;
    }

    /** For the reply that comes next, whether a command or the protocol asks for it. */
    void beginReply() {
        replyMuted = repliesOff || nextReplySkipped;
        nextReplySkipped = false;
    }

    /** Whether the command that is running now is to go unanswered. */
    boolean replyMuted() {
        return replyMuted;
    }
}
