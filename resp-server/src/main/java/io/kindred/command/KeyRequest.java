package io.kindred.command;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.OutcomeCallback;
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
public final class KeyRequest extends Turn implements OutcomeCallback {
    private final Action.OfKey action;
    private final byte[][] args;
    private final int db;
    private final ServerView server;
    private final Session session;
    private final ReplySink sink;
    private QuorumSpec quorum;
    private @Nullable Operation operation;
    private @Nullable Reply refusal;
    private boolean isSecondTry;
    private long nowMillis;

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
        if (plan()) {
            session.order().take(this);
        } else {
            sink.complete(refused());
        }
    }

    /** False: the command is refused. */
    private boolean plan() {
        nowMillis = server.clock().millis();
        operation = action.plan(this);
        return operation != null;
    }

    private Reply refused() {
        if (refusal == null) {
            throw new IllegalStateException("a command planned nothing and did not say why");
        }
        return refusal;
    }

    private Operation operation() {
        Operation planned = operation;
        if (planned == null) {
            throw new IllegalStateException("a command that is not planned, or refused");
        }
        return planned;
    }

    /** A command that had to wait is planned anew: a time that it names as so far from now counts from its beginning. */
    @Override
    void begin() {
        if (isDelayed() && !plan()) {
            sink.complete(refused());
            session.order().over(this);
            return;
        }
        server.keys().execute(operation(), quorum, this);
        session.order().sent(this);
    }

    @Override
    public void done(Outcome outcome) {
        Reply failure = Failures.reply(outcome);
        Operation other = failure == null || isSecondTry ? null : action.instead(outcome, this);
        if (other != null) {
            isSecondTry = true;
            server.keys().execute(other, quorum, this);
            return;
        }
        sink.complete(failure != null ? failure : action.reply(outcome, this));
        session.order().over(this);
    }

    @Override
    KeyPort port() {
        return server.keys();
    }

    @Override
    int keys() {
        return 1;
    }

    @Override
    byte[] key(int index) {
        return operation().key();
    }

    @Override
    boolean writes() {
        return !(operation instanceof Operation.Get);
    }

    @Override
    boolean updates() {
        return operation instanceof Operation.Update;
    }

    @Override
    boolean readsFirst() {
        return false;
    }

    @Override
    boolean isGlobal() {
        return quorum.global();
    }

    /** The command as it was sent, name first. */
    public byte[][] args() {
        return args;
    }

    public byte[] key() {
        return args[1];
    }

    @Override
    public int db() {
        return db;
    }

    /** When it began: what one command sees expired, no later one of its connection sees alive. */
    public long nowMillis() {
        return nowMillis;
    }

    public Settings settings() {
        return server.settings();
    }

    CommandCounters counters() {
        return server.commands().counters();
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
