package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.version.Versions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The read-modify-writes of one key at its first live replica. They run in rounds: all that wait when a round begins
 * share one read quorum, then each is applied to the state that the one before it left. What arrives meanwhile waits
 * for the next round, so that each update sees every update that was acknowledged before it was sent. All of one core have
 * the same scope: a local one does not wait for what is read in another datacenter.
 *
 * <p>While every node agrees on who the first live replica is, this makes updates of one key exact.
 */
final class UpdateCore implements ReadRound.Listener {
    private final Coordination node;
    /** That of the newest update: the ring may change while there is always one under way. */
    private Route route;

    private final Runnable whenIdle;
    private final Consumer<Ticket> elsewhere;
    private List<Entry> waiting = new ArrayList<>();
    private List<Entry> batch = List.of();
    /** While a round is being applied, what is added waits for its end. */
    private boolean applying;

    private sealed interface Entry {}

    private record Update(Ticket ticket, byte[][] args, UpdateFunction function) implements Entry {}

    /** A plain write that has to wait for the updates before it. */
    private record After(Runnable put, long deadlineNanos) implements Entry {}

    /**
     * @param whenIdle called when nothing waits any more: the owner forgets this core
     * @param elsewhere takes an update that was not applied because this node does not serve the key any more
     */
    UpdateCore(Coordination node, Route route, Runnable whenIdle, Consumer<Ticket> elsewhere) {
        this.elsewhere = elsewhere;
        this.node = node;
        this.route = route;
        this.whenIdle = whenIdle;
    }

    void add(Ticket ticket, Operation.Update update, UpdateFunction function, Route newRoute) {
        route = newRoute;
        add(new Update(ticket, update.args(), function));
    }

    /** A write that came after updates of its key is applied after them, waiting no longer than to its deadline. */
    void addAfter(Runnable put, long deadlineNanos) {
        add(new After(put, deadlineNanos));
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
        batch.removeIf(this::isPutOff);
        if (batch.isEmpty()) {
            whenIdle.run();
            return;
        }
        int reads = 1;
        int own = 0;
        long deadline = node.clocks().nanos() + node.settings().timeoutNanos();
        boolean reading = false;
        for (Entry entry : batch) {
            if (entry instanceof After after) {
                // It does not look at the old value, but waits for those that do.
                deadline = Math.min(deadline, after.deadlineNanos());
            } else if (entry instanceof Update update) {
                reading = true;
                Needs needs = node.settings().reads(update.ticket().quorum(), route.serving());
                reads = Math.max(reads, needs.all());
                own = Math.max(own, needs.own());
                deadline = Math.min(deadline, update.ticket().deadlineNanos());
            }
        }
        if (!reading || (route.serving() == 1 && route.self() == 0)) {
            enough(Versions.EMPTY);
        } else {
            new ReadRound(node, route, new Needs(reads, own), this).start(deadline);
        }
    }

    private boolean isPutOff(Entry entry) {
        if (!(entry instanceof Update update)) {
            return false;
        }
        if (node.waitsForOthers(update.ticket(), route)) {
            return true;
        }
        boolean late = update.ticket().deadlineNanos() - node.clocks().nanos() <= 0;
        boolean chance = WriteRound.hasChance(node, route, update.ticket().quorum());
        if (late || !chance) {
            String why = late
                    ? "the key's other updates took too long; nothing was applied"
                    : "too few nodes for the key can be reached; nothing was applied";
            node.tryAgain(update.ticket(), why);
        }
        return late || !chance;
    }

    @Override
    public void enough(Versions merged) {
        apply(update -> {
            if (isPutOff(update)) {
                return;
            }
            if (!node.router().routeOf(route.storageKey()).serves()) {
                elsewhere.accept(update.ticket());
                return;
            }
            node.counters().updates++;
            new Step(update, merged).start();
        });
    }

    @Override
    public void tooLarge() {
        Outcome refused = new Outcome.Refused(SiblingLimits.UNREADABLE);
        apply(update -> node.outbox().reply(update.ticket().origin(), refused));
    }

    @Override
    public void unreadable() {
        apply(update -> node.outbox().reply(update.ticket().origin(), Outcome.UNREADABLE));
    }

    @Override
    public void failed(int got, int needed, boolean timeout) {
        String why = "got " + got + " of " + needed + " read answers; nothing was applied";
        apply(update -> node.tryAgain(update.ticket(), why));
    }

    /** Ends the round: what waits for its updates goes on in any case. */
    private void apply(Consumer<Update> step) {
        List<Entry> round = batch;
        batch = List.of();
        applying = true;
        for (Entry entry : round) {
            if (entry instanceof Update update) {
                step.accept(update);
            } else if (entry instanceof After after) {
                after.put().run();
            }
        }
        applying = false;
        nextRound();
    }

    /** One update on the merge of the read quorum and what is here by now. */
    private final class Step implements LocalReplica.WriteStep, WriteRound.Listener {
        private final Update entry;
        private final Versions read;
        private final Route to;
        private @Nullable WriteRound round;
        private @Nullable DiskDeadline deadline;
        private @Nullable LocalWrite made;
        private UpdateFunction.@Nullable Result result;

        Step(Update entry, Versions read) {
            this.entry = entry;
            this.read = read;
            this.to = route;
        }

        void start() {
            if (to.writers().length == 1) {
                DiskDeadline begun = new DiskDeadline(node, entry.ticket());
                deadline = begun;
                begun.begin();
            } else {
                WriteRound begun = new WriteRound(node, to, entry.ticket().quorum(), this);
                round = begun;
                begun.begin(entry.ticket().deadlineNanos());
            }
            node.replica().write(to.storageKey(), this);
        }

        @Override
        public @Nullable Versions next(Versions current) {
            WriteRound begun = round;
            if (begun != null && begun.isOver()) {
                // The disk took so long to find the key that the asker has been told.
                return null;
            }
            Versions held = current.join(read);
            long nowMillis = node.clocks().wallMillis();
            UpdateFunction.Result applied =
                    entry.function().apply(entry.args(), LiveValue.of(held, nowMillis), nowMillis);
            result = applied;
            UpdateFunction.Change change = applied.change();
            if (change == null) {
                return held.sameAs(current) ? null : held;
            }
            if (held.valueCount() > 1) {
                node.counters().lwwLosers += held.valueCount() - 1;
            }
            long reapMark = node.replica().reapMark(to.storageKey());
            LocalWrite.Basis basis = LocalWrite.Basis.superseding(held, reapMark);
            LocalWrite write = LocalWrite.make(
                    node,
                    entry.ticket(),
                    node.replica().nextDot(to.storageKey(), held.clock(), basis.context()),
                    basis,
                    new LocalWrite.Content(change.value(), change.expireAtMillis()));
            made = write;
            return write.stored();
        }

        @Override
        public void done(Verdict verdict) {
            LocalWrite write = made;
            WriteRound begun = round;
            DiskDeadline alone = deadline;
            if (alone != null && !alone.end()) {
                return;
            }
            if (verdict == Verdict.OK && write != null) {
                node.spread(entry.ticket(), to.storageKey(), write.delta());
            }
            if (verdict == Verdict.OK && write != null && begun != null) {
                begun.proceed(write.delta());
                return;
            }
            boolean answered = begun != null && begun.isOver();
            if (begun != null) {
                begun.abandon();
            }
            if (answered) {
                return;
            }
            if (verdict == Verdict.OK) {
                enough();
            } else {
                refuse(verdict);
            }
        }

        private void refuse(Verdict verdict) {
            String error = WriteRound.refusal(verdict);
            Outcome outcome = error != null
                    ? new Outcome.Refused(error)
                    : new Outcome.NoQuorum(
                            "the coordinator could not read or write the key; the update may still take effect");
            node.outbox().reply(entry.ticket().origin(), outcome);
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
