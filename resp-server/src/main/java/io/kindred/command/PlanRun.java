package io.kindred.command;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.Reply;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A plan while it runs: keeps at most {@link #IN_FLIGHT_MAX} operations under way, sends no more once one has failed,
 * and answers when none is left. Callbacks may come from inside {@link KeyPort#execute}, so sending is a loop that a
 * callback only wakes, never a recursion.
 *
 * <p>Owned by: the session's loop thread.
 */
final class PlanRun extends Turn {
    static final int IN_FLIGHT_MAX = 512;

    private final Action.OfKeys action;
    private final CommandSpec spec;
    private final byte[][] args;
    private final int db;
    private final ServerView server;
    private final KeyOrder order;
    private final QuorumSpec quorum;
    private final ReplySink sink;
    private List<Operation> operations = List.of();
    private @Nullable Outcome[] outcomes = new Outcome[0];
    private @Nullable Plan step;
    private final List<Outcome> failures = new ArrayList<>();
    private int sent;
    private int completed;
    private boolean touched;
    private boolean sending;

    PlanRun(CommandSpec spec, Action.OfKeys action, byte[][] args, Session session, ServerView server, ReplySink sink) {
        this.spec = spec;
        this.action = action;
        this.args = args;
        this.db = session.db();
        this.server = server;
        this.order = session.order();
        this.quorum = session.quorum();
        this.sink = sink;
    }

    void start() {
        order.take(this);
    }

    @Override
    void begin() {
        begin(action.plan(args, db, server.clock().millis()));
        advance();
    }

    private void begin(Plan plan) {
        if (plan instanceof Plan.Done done) {
            step = null;
            sink.complete(done.reply());
            order.over(this);
            return;
        }
        step = plan;
        operations = plan instanceof Plan.Run run ? run.operations() : ((Plan.Last) plan).operations();
        outcomes = new Outcome[operations.size()];
        sent = 0;
        completed = 0;
    }

    private void advance() {
        if (sending) {
            return;
        }
        sending = true;
        while (step != null && (send() || finish())) {
            // Each turn sends what it may, or goes on to the next step.
        }
        sending = false;
    }

    /** Sends one operation. False: none may be sent now. */
    private boolean send() {
        if (sent == operations.size() || sent - completed >= IN_FLIGHT_MAX || !failures.isEmpty()) {
            return false;
        }
        int index = sent++;
        server.keys().execute(operations.get(index), quorum, outcome -> done(index, outcome));
        if (sent == operations.size() && step instanceof Plan.Last) {
            order.sent(this);
        }
        return true;
    }

    private void done(int index, Outcome outcome) {
        if (outcomes[index] != null) {
            throw new IllegalStateException("an operation ended twice");
        }
        outcomes[index] = outcome;
        completed++;
        if (Failures.reply(outcome) != null) {
            failures.add(outcome);
        } else if (!(operations.get(index) instanceof Operation.Get)) {
            touched = true;
        }
        advance();
    }

    /** Goes on once nothing is under way. False: something still is. */
    private boolean finish() {
        if (completed < sent) {
            return false;
        }
        if (failures.isEmpty()) {
            begin(nextPlan());
        } else {
            begin(new Plan.Done(failure()));
        }
        return true;
    }

    private Plan nextPlan() {
        List<Outcome> all = new ArrayList<>(outcomes.length);
        for (Outcome outcome : outcomes) {
            if (outcome != null) {
                all.add(outcome);
            }
        }
        if (step instanceof Plan.Run run) {
            return run.next().apply(all);
        }
        if (step instanceof Plan.Last last) {
            return new Plan.Done(last.reply().apply(all));
        }
        throw new IllegalStateException("no step under way");
    }

    private Reply failure() {
        return Failures.ofSeveral(failures, touched, operations.size());
    }

    @Override
    KeyPort port() {
        return server.keys();
    }

    @Override
    int db() {
        return db;
    }

    @Override
    int keys() {
        return spec.keyPositions().count(args.length);
    }

    @Override
    byte[] key(int index) {
        return args[spec.keyPositions().at(index)];
    }

    @Override
    boolean writes() {
        return spec.has(CommandSpec.Flag.WRITE);
    }

    @Override
    boolean updates() {
        return !action.isBlind();
    }

    @Override
    boolean readsFirst() {
        return action.readsFirst();
    }

    @Override
    boolean isGlobal() {
        return quorum.global();
    }
}
