package io.kindred.command;

import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.Reply;
import org.jspecify.annotations.Nullable;

/**
 * What a connection is to the commands that it sends. Each part of it is an object with one job, which knows how RESET puts
 * it back.
 *
 * <p>Owned by: the connection's loop thread.
 */
public final class Session {
    private final ClientIdentity identity;
    private final ClientUser user;
    private final Admission admission;
    private final LastCommand lastCommand;
    private final Subscriptions subscriptions;
    private final QuorumChoice quorums = new QuorumChoice();
    private final ReplyMode replies = new ReplyMode();
    private final ClientFlags flags = new ClientFlags();
    private final KeyOrder order = new KeyOrder();
    private final Transaction transaction = new Transaction();
    private final LastWrite lastWrite = new LastWrite();
    private final Subscriptions.Client client;
    private boolean inputEnded;
    private final TrackedClient tracked = new TrackedClient();
    /** Null: it has none of its copies tracked. */
    private @Nullable Tracking tracking;
    /** Of the command that begins now, where its client keeps what it reads. */
    private @Nullable QuorumSpec readQuorum;
    /** Null: it is no monitor. */
    private @Nullable Monitors monitors;

    /** Of one that nothing can be pushed to. */
    public Session(ClientIdentity identity, ClientUser user, Admission admission) {
        this(identity, user, admission, Subscriptions.NOBODY);
    }

    public Session(ClientIdentity identity, ClientUser user, Admission admission, Subscriptions.Client client) {
        this.subscriptions = new Subscriptions(client);
        this.client = client;
        this.identity = identity;
        this.user = user;
        this.admission = admission;
        this.lastCommand = new LastCommand(identity.createdMillis());
    }

    public ClientIdentity identity() {
        return identity;
    }

    public ClientUser user() {
        return user;
    }

    public Admission admission() {
        return admission;
    }

    public LastCommand lastCommand() {
        return lastCommand;
    }

    public QuorumChoice quorums() {
        return quorums;
    }

    public ReplyMode replies() {
        return replies;
    }

    public ClientFlags flags() {
        return flags;
    }

    public Subscriptions subscriptions() {
        return subscriptions;
    }

    /** What WAIT is about. */
    public LastWrite lastWrite() {
        return lastWrite;
    }

    /** How it has its copies tracked. */
    public TrackedClient tracked() {
        return tracked;
    }

    /** Null: it keeps no copies. */
    @Nullable
    Tracking trackedBy() {
        return tracking;
    }

    void tracking(@Nullable Tracking whose) {
        tracking = whose;
    }

    void readsBy(@Nullable QuorumSpec quorum) {
        readQuorum = quorum;
    }

    /** Whether it sees what others send. */
    public boolean isMonitor() {
        return monitors != null;
    }

    /** From now on it does, or, null, not any more. */
    void monitors(@Nullable Monitors whose) {
        monitors = whose;
        client.changed();
    }

    /** Tells its client something that it has not asked for. */
    void push(Reply message) {
        client.push(message);
    }

    /** What runs this connection's operations on keys. */
    public KeyOrder order() {
        return order;
    }

    public Transaction transaction() {
        return transaction;
    }

    /** Whether its client speaks RESP2 and has subscribed, so that what it is told are messages. */
    public boolean isInSubscribedMode() {
        return subscriptions.isAny() && identity.protocol() == 2;
    }

    int db() {
        return identity.db();
    }

    QuorumSpec quorum() {
        QuorumSpec now = readQuorum;
        return now == null ? quorums.spec() : now;
    }

    boolean overTls() {
        return identity.addresses().tls();
    }

    /** All that the client chose goes back to how it was, as RESET has it. */
    public void reset(boolean passwordRequired) {
        identity.reset();
        user.reset(passwordRequired);
        quorums.reset();
        replies.reset();
        flags.reset();
        transaction.reset();
        lastWrite.reset();
        subscriptions.reset();
        leaveMonitors();
        leaveTracking();
    }

    public boolean isClosed() {
        return subscriptions.isClosed();
    }

    /** The client sends nothing any more; it may still read. */
    public void endInput() {
        inputEnded = true;
    }

    public boolean hasInputEnded() {
        return inputEnded;
    }

    /** The client is gone. */
    public void close() {
        subscriptions.close();
        leaveMonitors();
        leaveTracking();
    }

    private void leaveTracking() {
        Tracking mine = tracking;
        if (mine != null) {
            mine.end(this);
        }
    }

    private void leaveMonitors() {
        Monitors mine = monitors;
        if (mine != null) {
            mine.remove(this);
        }
    }
}
