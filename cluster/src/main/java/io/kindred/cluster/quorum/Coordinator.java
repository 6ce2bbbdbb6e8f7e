package io.kindred.cluster.quorum;

import io.kindred.cluster.message.AskerDeadline;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.RequestMessage;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides where an operation is coordinated, and starts its core there.
 *
 * <ul>
 *   <li>a get: here, replica or not;
 *   <li>a put: here, with a dot that the first live replica lends where this node is none;
 *   <li>an update: at the key's first live replica, wherever it came in.
 * </ul>
 */
public final class Coordinator {
    /** How long a forward is remembered once it would be late, in request timeouts. */
    private static final int FORWARD_MEMORY_TIMEOUTS = 2;
    /** No honest asker waits for so much longer than it says. */
    private static final long FORWARD_EARLY_NANOS = 60_000_000_000L;

    private static final String NOT_KNOWN = "; the update may still take effect";

    /** A write that has less time left is not kept back for an update. */
    private static final long PLAIN_HOLD_ROOM_NANOS = 200_000_000L;

    private final Coordination node;
    private final UpdateFunctions functions;
    private final SeenForwards seen;
    private final DotLender lender;
    private final Consumer<UpdateTurn> begins = this::beginUpdate;
    private final Pauses pauses;
    private final ContextCheck contexts;

    public Coordinator(Coordination node, UpdateFunctions functions, DotLender lender) {
        this.node = node;
        this.functions = functions;
        this.lender = lender;
        this.pauses = new Pauses(node, this::beginAnew);
        this.contexts = new ContextCheck(node, this::write, this::beginAnew);
        this.seen = new SeenForwards(FORWARD_MEMORY_TIMEOUTS * node.settings().timeoutNanos());
    }

    /** An operation from a client of this node. */
    public void start(long token, Operation operation, QuorumSpec quorum) {
        node.latencies().served();
        long deadline = node.clocks().nanos() + node.settings().timeoutNanos();
        long stamp = operation instanceof Operation.Get ? 0 : node.clocks().nextStamp();
        Ticket ticket = new Ticket(Origin.client(token), operation, quorum, stamp, deadline, false, pauses);
        Route route = node.router().route(operation.db(), operation.key());
        if (!waitsBehindOthers(ticket, route)) {
            begin(ticket, route);
        }
    }

    private void beginAnew(Ticket ticket) {
        Operation operation = ticket.operation();
        Route route = node.router().route(operation.db(), operation.key());
        if (!waitsBehindOthers(ticket, route)) {
            begin(ticket, route);
        }
    }

    private boolean waitsBehindOthers(Ticket ticket, Route route) {
        return pauses.joins(ticket, route) || contexts.joins(ticket, route);
    }

    /** A put whose context was looked at, or that has waited for others. */
    private void write(Ticket ticket) {
        Operation operation = ticket.operation();
        start(ticket, node.router().route(operation.db(), operation.key()));
    }

    private void begin(Ticket ticket, Route route) {
        if (!contexts.holds(ticket, route)) {
            start(ticket, route);
        }
    }

    private void start(Ticket ticket, Route route) {
        Operation operation = ticket.operation();
        if (operation instanceof Operation.Get) {
            GetCore.start(node, ticket, route);
        } else if (operation instanceof Operation.Put && !route.isReplica()) {
            remotePut(ticket, route);
        } else {
            coordinateOrForward(ticket, route);
        }
    }

    private void coordinateOrForward(Ticket ticket, Route route) {
        int target = target(ticket.operation(), route);
        if (target < 0) {
            node.tryAgain(ticket, "no replica of the key can be reached; nothing was applied");
        } else if (target == route.self()) {
            coordinate(ticket, route);
        } else {
            ForwardCore.start(node, ticket, route.writers()[target], this::elsewhere);
        }
    }

    /** An operation was not applied, and by now this node is not the one to run it. */
    private void elsewhere(Ticket ticket) {
        Operation operation = ticket.operation();
        Route route = node.router().route(operation.db(), operation.key());
        if (!ticket.origin().isPeer()) {
            coordinateOrForward(ticket, route);
            return;
        }
        if (!route.serves()) {
            node.router().redirect(ticket.origin().peer(), route.storageKey());
        }
        int first = firstLive(node.router(), route);
        if (ticket.isPassedOn() || first < 0 || first == route.self()) {
            reply(ticket, new Outcome.TryAgain("the node asked does not hold the key any more; nothing was applied"));
        } else {
            node.counters().updatesPassedOn++;
            ForwardCore.start(node, ticket, route.writers()[first], this::elsewhere);
        }
    }

    /** Puts of one key go one after the other, or several at once, so that the later one supersedes the earlier. */
    private void remotePut(Ticket ticket, Route route) {
        if (node.lines().keepsBack(route.storageKey(), Hold.FOR_REMOTE_PUTS)) {
            node.lines()
                    .of(route.storageKey())
                    .stand(new Turn.OfTicket(node, ticket, Hold.FOR_REMOTE_PUTS, this::write));
        } else {
            beginRemotePut(ticket, route);
        }
    }

    private void beginRemotePut(Ticket ticket, Route route) {
        KeyLine line = node.lines().of(route.storageKey());
        line.hold(Hold.BORROWING, ticket.deadlineNanos());
        new RemotePutCore(node, lender, ticket, route, line).start();
    }

    /** Another node asks for a dot for a write of its own; as a put, it comes after updates that are under way. */
    public void onDotRequest(long from, RequestMessage.DotRequest request) {
        DotLender.Borrower answer = (verdict, dot, held) -> node.outbox()
                .send(from, new RequestMessage.DotReply(request.requestId(), verdict, dot, held, flushStamp(request)));
        boolean mine = request.asStandIn()
                ? node.router().isInRing(request.storageKey())
                : node.router().isReplicaOf(request.storageKey());
        if (!mine) {
            answer.lent(Message.Verdict.NOT_MINE, null, null);
            return;
        }
        if (request.asStandIn()) {
            lender.lendAsStandIn(request.storageKey(), request.seen(), answer);
            return;
        }
        if (node.lines().keepsBack(request.storageKey(), Hold.FOR_LOANS)) {
            node.lines().of(request.storageKey()).stand(loan(request, answer));
        } else {
            lender.lend(request.storageKey(), request.seen(), answer);
        }
    }

    private Turn loan(RequestMessage.DotRequest request, DotLender.Borrower borrower) {
        long deadline = node.clocks().nanos() + node.settings().timeoutNanos();
        return new Turn(Hold.FOR_LOANS, deadline) {
            @Override
            void begin() {
                lender.lend(request.storageKey(), request.seen(), borrower);
            }

            @Override
            void refuse(String why) {
                borrower.lent(Message.Verdict.FAILED, null, null);
            }
        };
    }

    /** An operation that another node forwarded to this one, as a replica of its key. */
    public void onForward(long from, RequestMessage.Forward forward) {
        long now = node.clocks().nanos();
        long late = isPossible(forward.deadline(), forward.budgetMillis())
                ? forward.deadline().nanos()
                : now;
        SeenForwards.Known known = seen.add(from, forward.requestId(), late, now);
        if (known == SeenForwards.Known.COPY) {
            return;
        }
        Outcome refusal = known == SeenForwards.Known.TOO_MANY
                ? new Outcome.NoQuorum("the coordinator was asked for too many updates at once" + NOT_KNOWN)
                : refusal(forward);
        if (refusal != null) {
            node.outbox().reply(new Origin(from, forward.requestId()), refusal);
            return;
        }
        node.clocks().observe(forward.stamp());
        long budgetNanos = forward.budgetMillis() * 1_000_000L;
        long deadline = Math.min(forward.deadline().nanos(), now + budgetNanos);
        Ticket ticket = new Ticket(
                new Origin(from, forward.requestId()),
                forward.operation(),
                forward.quorum(),
                forward.stamp(),
                deadline,
                forward.isPassedOn(),
                null);
        Operation operation = forward.operation();
        Route route = node.router().route(operation.db(), operation.key());
        if (route.serves()) {
            coordinate(ticket, route);
        } else {
            elsewhere(ticket);
        }
    }

    /**
     * Why a forward is not begun; null: it may be. Only what no copy of it can have got past is said to have applied nothing.
     */
    private @Nullable Outcome refusal(RequestMessage.Forward forward) {
        AskerDeadline deadline = forward.deadline();
        if (deadline.start() == 0) {
            return new Outcome.TryAgain("the coordinator's clock was not known yet; nothing was applied");
        }
        if (!isPossible(deadline, forward.budgetMillis())) {
            // An earlier life may have had a copy.
            return new Outcome.NoQuorum("the coordinator was started anew" + NOT_KNOWN);
        }
        // Its asker has given up: the message lay with a process that was stopped, or on a slow link.
        return node.clocks().nanos() - deadline.nanos() > 0
                ? new Outcome.TryAgain("the update came too late; nothing was applied")
                : null;
    }

    /** Whether it is a time of this life's clock, and one until which somebody may wait. */
    private boolean isPossible(AskerDeadline deadline, int budgetMillis) {
        long waitNanos = deadline.nanos() - node.clocks().nanos();
        return deadline.start() == node.clocks().reading().start()
                && waitNanos <= budgetMillis * 1_000_000L + FORWARD_EARLY_NANOS;
    }

    private void coordinate(Ticket ticket, Route route) {
        Operation operation = ticket.operation();
        if (operation instanceof Operation.Put put) {
            put(ticket, put, route);
        } else if (operation instanceof Operation.Update update) {
            update(ticket, update, route);
        } else if (operation instanceof Operation.GroupUpdate group) {
            groupUpdate(ticket, group);
        } else {
            GetCore.start(node, ticket, route);
        }
    }

    /** A put that came after updates of its key is applied after them. */
    private void put(Ticket ticket, Operation.Put put, Route route) {
        KeyLine line = node.lines().find(route.storageKey());
        if (line != null) {
            boolean hasTime = ticket.deadlineNanos() - node.clocks().nanos() > PLAIN_HOLD_ROOM_NANOS;
            int keptBackBy = Hold.forPuts(ticket.quorum().global(), hasTime);
            if (line.keepsBack(keptBackBy)) {
                line.stand(
                        new Turn.OfTicket(node, ticket, keptBackBy, waited -> PutCore.start(node, waited, put, route)));
                return;
            }
        }
        PutCore.start(node, ticket, put, route);
    }

    private void update(Ticket ticket, Operation.Update update, Route route) {
        UpdateFunction function = functions.find(update.args()[0], update.args().length);
        if (function == null) {
            unknown(ticket, update.args()[0]);
            return;
        }
        UpdateTurn turn = new UpdateTurn(node, new UpdateStep.Update(ticket, update, function), begins);
        KeyLine line = node.lines().of(route.storageKey());
        if (line.keepsBack(turn.keptBackBy())) {
            line.stand(turn);
        } else {
            beginUpdate(turn);
        }
    }

    private void groupUpdate(Ticket ticket, Operation.GroupUpdate group) {
        GroupFunction function = functions.findGroup(group.args()[0]);
        if (function == null) {
            unknown(ticket, group.args()[0]);
        } else {
            GroupUpdate.start(node, ticket, function, this::elsewhere);
        }
    }

    private void unknown(Ticket ticket, byte[] command) {
        String name = new String(command, StandardCharsets.ISO_8859_1);
        reply(ticket, new Outcome.Refused("ERR the coordinating node does not know the command '" + name + "'"));
    }

    private void beginUpdate(UpdateTurn turn) {
        Ticket ticket = turn.update().ticket();
        Operation operation = ticket.operation();
        boolean wide = ticket.quorum().global();
        KeyLine line = node.lines()
                .of(node.router().route(operation.db(), operation.key()).storageKey());
        UpdateRounds rounds = line.rounds(wide);
        if (rounds == null) {
            rounds = new UpdateRounds(node, line, wide, this::elsewhere, begins);
            line.rounds(wide, rounds);
        }
        rounds.add(turn);
    }

    public void onPeerLost(long peer) {
        node.requests().forEach(request -> request.onPeerLost(peer));
    }

    private int target(Operation operation, Route route) {
        if (operation instanceof Operation.Put && route.isReplica()) {
            return route.self();
        }
        return firstLive(node.router(), route);
    }

    /** The first place whose node is this one or not gone: lateness alone does not move updates. -1: none. */
    static int firstLive(Router router, Route route) {
        for (int i = 0; i < route.serving(); i++) {
            if (i == route.self() || !router.isGone(route.writers()[i])) {
                return i;
            }
        }
        return -1;
    }

    private long flushStamp(RequestMessage.DotRequest request) {
        return node.router().isInRing(request.storageKey())
                ? node.flushStamps().of(request.storageKey().db())
                : 0;
    }

    private void reply(Ticket ticket, Outcome outcome) {
        node.outbox().reply(ticket.origin(), outcome);
    }
}
