package io.kindred.command;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.quorum.LiveValue;
import io.kindred.cluster.quorum.UpdateFunction.Current;
import io.kindred.cluster.version.Versions;
import org.jspecify.annotations.Nullable;

/**
 * One command on one key, from its arguments to its reply. It is its operation's callback too, so that a GET or a SET
 * costs one object beside the operation.
 *
 * <p>Owned by: the session's loop thread.
 */
public final class KeyRequest implements OutcomeCallback {
    private final Action.OfKey action;
    private final byte[][] args;
    private final int db;
    private final ServerView server;
    private final Session session;
    private final ReplySink sink;
    private QuorumSpec quorum;
    private @Nullable Reply refusal;
    private boolean isSecondTry;

    KeyRequest(Action.OfKey action, byte[][] args, Session session, ServerView server, ReplySink sink) {
        this.action = action;
        this.args = args;
        this.db = session.db();
        this.quorum = session.quorum();
        this.server = server;
        this.session = session;
        this.sink = sink;
    }

    void start() {
        Operation operation = action.plan(this);
        if (operation != null) {
            session.order().execute(server.keys(), operation, quorum, this);
            return;
        }
        if (refusal == null) {
            throw new IllegalStateException("a command planned nothing and did not say why");
        }
        sink.complete(refusal);
    }

    @Override
    public void done(Outcome outcome) {
        Reply failure = Failures.reply(outcome);
        Operation other = failure == null || isSecondTry ? null : action.instead(outcome, this);
        if (other != null) {
            isSecondTry = true;
            session.order().execute(server.keys(), other, quorum, this);
            return;
        }
        sink.complete(failure != null ? failure : action.reply(outcome, this));
    }

    /** The command as it was sent, name first. */
    public byte[][] args() {
        return args;
    }

    public byte[] key() {
        return args[1];
    }

    public int db() {
        return db;
    }

    public long nowMillis() {
        return server.clock().millis();
    }

    public Settings settings() {
        return server.settings();
    }

    public ClusterPort cluster() {
        return server.cluster();
    }

    public QuorumSpec quorum() {
        return quorum;
    }

    /** What is wrong with a number of a quorum that the command names; null: nothing. */
    @Nullable
    Reply quorumError(QuorumOption option, byte[] number) {
        return option.error(number, quorum, server.settings(), server.cluster());
    }

    /** For commands that name their own quorum. */
    public void quorum(QuorumSpec other) {
        quorum = other;
    }

    /** Says why there is no operation. Returns null, so that a plan can end with it. */
    public @Nullable Operation refuse(Reply error) {
        refusal = error;
        return null;
    }

    public @Nullable Operation refuse(String error) {
        return refuse(Reply.error(error));
    }

    /** What a plain read sees, or null. */
    @Nullable
    Current live(Outcome outcome) {
        return LiveValue.of(Outcomes.found(outcome), nowMillis());
    }

    /** The error that {@code conflict-policy error} wants for these versions, or null. */
    @Nullable
    Reply conflict(Outcome outcome) {
        Versions versions = Outcomes.found(outcome);
        boolean refused = versions.valueCount() > 1 && server.settings().conflictIsError();
        return refused ? Conflict.of(versions) : null;
    }
}
