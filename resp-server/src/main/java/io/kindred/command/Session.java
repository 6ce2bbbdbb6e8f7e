package io.kindred.command;

import io.kindred.cluster.message.QuorumSpec;

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

    /** Of one that nothing can be pushed to. */
    public Session(ClientIdentity identity, ClientUser user, Admission admission) {
        this(identity, user, admission, Subscriptions.NOBODY);
    }

    public Session(ClientIdentity identity, ClientUser user, Admission admission, Subscriptions.Client client) {
        this.subscriptions = new Subscriptions(client);
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
        return quorums.spec();
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
        subscriptions.reset();
    }
}
