package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.version.Versions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The read-modify-writes of one key at its first live replica. They run in rounds: all that wait when a round begins
 * share one read quorum, then each is applied to the state that the one before it left. What arrives meanwhile waits
 * for the next round, so that each update sees every update that was acknowledged before it was sent.
 *
 * <p>While every node agrees on who the first live replica is, this makes updates of one key exact.
 */
final class UpdateCore implements ReadRound.Listener {
    private final Coordination node;
    private final Route route;
    private final Runnable whenIdle;
    private List<Entry> waiting = new ArrayList<>();
    private List<Entry> batch = List.of();
    /** While a round is being applied, what is added waits for its end. */
    private boolean applying;

    /** An update, or (with {@code put}) a plain write that has to wait for the updates before it. */
    private record Entry(
            Ticket ticket,
            byte[][] args,
            @Nullable UpdateFunction function,
            @Nullable Runnable put) {}

    /** @param whenIdle called when nothing waits any more: the owner forgets this core */
    UpdateCore(Coordination node, Route route, Runnable whenIdle) {
        this.node = node;
        this.route = route;
        this.whenIdle = whenIdle;
    }

    void add(Ticket ticket, Operation.Update update, UpdateFunction function) {
        add(new Entry(ticket, update.args(), function, null));
    }

    void add(Ticket ticket, Runnable put) {
        add(new Entry(ticket, new byte[0][], null, put));
    }

    private void add(Entry entry) {
        waiting.add(entry);
        if (batch.isEmpty() && !applying) {
            nextRound();
        }
    }

    private void nextRound() {
        batch = waiting;
        waiting = new ArrayList<>();
        batch.removeIf(this::isTooLate);
        if (batch.isEmpty()) {
            whenIdle.run();
            return;
        }
        int reads = 1;
        for (Entry entry : batch) {
            reads = Math.max(reads, node.settings().readsNeeded(entry.ticket().quorum(), route.replicas().length));
        }
        if (route.replicas().length == 1) {
            enough(Versions.EMPTY);
        } else {
            new ReadRound(node, route, reads, this).start();
        }
    }

    private boolean isTooLate(Entry entry) {
        if (entry.put() != null) {
            return false;
        }
        boolean late = entry.ticket().deadlineNanos() - node.clocks().nanos() <= 0;
        boolean chance = WriteRound.hasChance(node, route, writesNeeded(entry.ticket()));
        if (late || !chance) {
            String why = late
                    ? "the key's other updates took too long; nothing was applied"
                    : "too few replicas of the key can be reached; nothing was applied";
            node.outbox().reply(entry.ticket().origin(), new Outcome.TryAgain(why));
        }
        return late || !chance;
    }

    @Override
    public void enough(Versions merged) {
        List<Entry> round = batch;
        batch = List.of();
        applying = true;
        for (Entry entry : round) {
            UpdateFunction function = entry.function();
            if (function != null) {
                node.counters().updates++;
                node.replica().write(route.storageKey(), new Step(entry, function, merged));
            } else if (entry.put() != null) {
                entry.put().run();
            }
        }
        applying = false;
        nextRound();
    }

    @Override
    public void failed(int got, int needed, boolean late) {
        List<Entry> round = batch;
        batch = List.of();
        applying = true;
        for (Entry entry : round) {
            if (entry.put() != null) {
                entry.put().run();
                continue;
            }
            String why = "got " + got + " of " + needed + " read answers; nothing was applied";
            node.outbox().reply(entry.ticket().origin(), new Outcome.TryAgain(why));
        }
        applying = false;
        nextRound();
    }

    private int writesNeeded(Ticket ticket) {
        return node.settings().writesNeeded(ticket.quorum(), route.replicas().length);
    }

    /** One update on the merge of the read quorum and what is here by now. */
    private final class Step implements LocalReplica.WriteStep, WriteRound.Listener {
        private final Entry entry;
        private final UpdateFunction function;
        private final Versions read;
        private @Nullable LocalWrite made;
        private UpdateFunction.@Nullable Result result;

        Step(Entry entry, UpdateFunction function, Versions read) {
            this.entry = entry;
            this.function = function;
            this.read = read;
        }

        @Override
        public @Nullable Versions next(Versions current) {
            Versions held = current.join(read);
            long nowMillis = node.clocks().wallMillis();
            UpdateFunction.Result applied = function.apply(entry.args(), LiveValue.of(held, nowMillis), nowMillis);
            result = applied;
            UpdateFunction.Change change = applied.change();
            if (change == null) {
                return held.sameAs(current) ? null : held;
            }
            if (held.valueCount() > 1) {
                node.counters().lwwLosers += held.valueCount() - 1;
            }
            LocalWrite write = LocalWrite.make(
                    node,
                    entry.ticket(),
                    route.storageKey(),
                    LocalWrite.Basis.superseding(held),
                    new LocalWrite.Content(change.value(), change.expireAtMillis()));
            made = write;
            return write.stored();
        }

        @Override
        public void done(Verdict verdict) {
            LocalWrite write = made;
            String error = WriteRound.refusal(verdict);
            if (verdict != Verdict.OK) {
                Outcome outcome = error != null
                        ? new Outcome.Refused(error)
                        : new Outcome.NoQuorum("the coordinator could not read or write the key; "
                                + "the update may still take effect");
                node.outbox().reply(entry.ticket().origin(), outcome);
            } else if (write == null || route.replicas().length == 1) {
                enough();
            } else {
                new WriteRound(node, route, writesNeeded(entry.ticket()), this).start(write.delta());
            }
        }

        @Override
        public void enough() {
            UpdateFunction.Result applied = result;
            if (applied == null) {
                throw new IllegalStateException("an update that was never applied");
            }
            node.outbox().reply(entry.ticket().origin(), new Outcome.Updated(applied.reply()));
        }

        @Override
        public void failed(int got, int needed) {
            node.outbox()
                    .reply(
                            entry.ticket().origin(),
                            new Outcome.NoQuorum("got " + got + " of " + needed + " write acknowledgements in "
                                    + node.settings().timeoutMillis() + " ms; the update may still take effect"));
        }

        /** The reply was computed without what is concurrent; it stays as a sibling for the reader to see. */
        @Override
        public boolean supersedes(Versions uncovered) {
            return false;
        }
    }
}
