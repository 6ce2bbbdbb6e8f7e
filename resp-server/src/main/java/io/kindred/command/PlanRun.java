package io.kindred.command;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.quorum.LiveValue;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.VersionsCodec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A plan while it runs: keeps at most {@link #IN_FLIGHT_MAX} operations under way, fewer where what they find or carry is
 * large, in bursts, sends no more once one has failed or all that was found is more than {@link #FOUND_BYTES_MAX}, and answers when none is
 * left. Callbacks may come from inside {@link KeyPort#execute}, so sending is a loop that a
 * callback only wakes, never a recursion.
 *
 * <p>Owned by: the session's loop thread.
 */
final class PlanRun extends Turn {
    static final int IN_FLIGHT_MAX = 1024;
    /** Operations under way where each finds or carries as much as can be. */
    private static final int IN_FLIGHT_MIN = 8;

    /** What operations under way may find or carry, by what those before them did. */
    private static final long IN_FLIGHT_BYTES = 16 << 20;
    /** What one is taken to find or carry until some have ended. */
    private static final long UNKNOWN_BYTES = 256 << 10;
    /** A reply is made when all is there, so all is held until then. */
    static final long FOUND_BYTES_MAX =
            Math.min(256L << 20, Runtime.getRuntime().maxMemory() / 4);

    private static final Outcome TOO_MUCH = new Outcome.Refused(
            "OOM the values that the command asks for are more than " + FOUND_BYTES_MAX + " bytes together");

    /** Of several writes nobody asks for the context, and all are kept until the last one is answered. */
    private static final Outcome WRITTEN = new Outcome.Written(VersionVector.EMPTY);

    private final Action.OfKeys action;
    private final CommandSpec spec;
    private final boolean isReading;
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
    private boolean isBursting = true;
    private long begunMillis;
    private long foundBytes;
    private long eachBytes = UNKNOWN_BYTES;

    PlanRun(CommandSpec spec, Action.OfKeys action, byte[][] args, Session session, ServerView server, ReplySink sink) {
        this.spec = spec;
        this.isReading = spec.has(CommandSpec.Flag.READONLY);
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
        begunMillis = server.clock().millis();
        begin(action.plan(args, db, begunMillis));
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
        if (sent == operations.size() || !failures.isEmpty() || !hasRoom()) {
            return false;
        }
        int index = sent++;
        server.keys().execute(operations.get(index), quorum, outcome -> done(index, outcome));
        if (sent == operations.size() && step instanceof Plan.Last) {
            order.sent(this);
        }
        return true;
    }

    /**
     * Sends in bursts: the next one begins when half of those under way are done. What is sent together travels, is stored and is
     * acknowledged together; one by one, as the answers come in, it would cost each node many small turns.
     */
    private boolean hasRoom() {
        int underWay = sent - completed;
        int most = inFlightMax();
        isBursting = isBursting ? underWay < most : underWay <= most / 2;
        return isBursting && underWay < most;
    }

    private void done(int index, Outcome outcome) {
        if (outcomes[index] != null) {
            throw new IllegalStateException("an operation ended twice");
        }
        outcomes[index] = outcome instanceof Outcome.Written && operations.size() > 1 ? WRITTEN : outcome;
        if (isReading && outcome instanceof Outcome.Found found) {
            server.commands().counters().looked(LiveValue.of(found.versions(), begunMillis) != null);
        }
        completed++;
        if (Failures.reply(outcome) != null) {
            failures.add(outcome);
        } else if (!(operations.get(index) instanceof Operation.Get)) {
            touched = true;
        }
        weigh(operations.get(index), outcome);
        advance();
    }

    private void weigh(Operation operation, Outcome outcome) {
        long found = outcome instanceof Outcome.Found read ? VersionsCodec.sizeBytes(read.versions()) : 0;
        foundBytes += found;
        eachBytes += (Math.max(found, carriedBytes(operation)) - eachBytes) / IN_FLIGHT_MIN;
        if (foundBytes > FOUND_BYTES_MAX && failures.isEmpty()) {
            failures.add(TOO_MUCH);
        }
    }

    /** What it takes to the replicas, about. */
    private static long carriedBytes(Operation operation) {
        if (operation instanceof Operation.Put put) {
            byte[] value = put.value();
            return value == null ? 0 : value.length;
        }
        long bytes = 0;
        if (operation instanceof Operation.Update update) {
            for (byte[] argument : update.args()) {
                bytes += argument.length;
            }
        }
        return bytes;
    }

    private int inFlightMax() {
        return (int) Math.max(IN_FLIGHT_MIN, Math.min(IN_FLIGHT_MAX, IN_FLIGHT_BYTES / Math.max(1, eachBytes)));
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
        return spec.keyPositions().count(args);
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
