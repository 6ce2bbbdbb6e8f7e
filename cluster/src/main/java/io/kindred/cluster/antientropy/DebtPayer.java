package io.kindred.cluster.antientropy;

import io.kindred.cluster.handoff.OwedRanges;
import io.kindred.cluster.message.ExchangeMessage;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.Request;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Pays by exchanges what this node owes to others: ranges for which it could keep no hints.
 *
 * <p>Ranges that are owed to a node by one that is no replica of them are exchanged by the other replicas, which it asks;
 * a debt is forgotten when an exchange that began after it was made has come to its end with every one of them. That may
 * take them many times as long as any other request, so such a question has no deadline: it is put again and again, always
 * with the same id, until it is answered or whom it is put to is gone.
 */
final class DebtPayer {
    /** So many debts are others asked to see to at a time. */
    private static final int DELEGATIONS_MAX = 256;

    private static final long REPEAT_NANOS = 5_000_000_000L;

    private final ExchangeParts parts;
    private final ExchangeCore.Debts debts;
    private final Asks asks;
    /** Debts that others have been asked to see to. */
    private final TreeSet<OwedRanges.Range> asking = new TreeSet<>();
    /** What they have not answered yet. */
    private final List<Question> questions = new ArrayList<>();

    /** Who sees to the exchanges. */
    interface Asks {
        /** Has the next session with a node exchange a partition, too. */
        void ask(long peer, int partition, @Nullable Consumer<ExchangeSession> told);
    }

    DebtPayer(ExchangeParts parts, ExchangeCore.Debts debts, Asks asks) {
        this.parts = parts;
        this.debts = debts;
        this.asks = asks;
    }

    boolean owes() {
        return debts.owed().size() > 0 || !questions.isEmpty();
    }

    /** The last debt that was made so far. */
    long last() {
        return debts.owed().last();
    }

    /**
     * A session has ended.
     *
     * @param until the last debt that was made before it began
     */
    void compared(ExchangeSession session, long until) {
        // What one replica there has, its datacenter has.
        long datacenter = parts.router().datacenterOfNode(session.peer);
        for (int partition : session.compared) {
            forget(new OwedRanges.Range(session.peer, partition), until);
            forget(new OwedRanges.Range(datacenter, partition), until);
        }
    }

    private void forget(OwedRanges.Range range, long until) {
        if (debts.owed().payUpTo(range, until)) {
            debts.forget().accept(range);
        }
    }

    /** Has all that this node owes exchanged, soon. */
    void payDebts() {
        List.copyOf(questions).forEach(Question::repeat);
        for (OwedRanges.Range range : debts.owed().all()) {
            long[] replicas = parts.partitions().replicas(range.partition());
            // Where there are none the ring is not known yet.
            if (replicas.length > 0) {
                pay(range, replicas);
            }
        }
    }

    private void pay(OwedRanges.Range range, long[] replicas) {
        long self = parts.partitions().self();
        boolean hasPart = parts.partitions().hasPart(range.intended(), range.partition());
        long datacenter = parts.router().datacenterOfNode(range.intended());
        // Of one that has left another datacenter, that one is owed.
        boolean isFar = !hasPart && Arrays.stream(parts.router().remotes()).anyMatch(remote -> remote == datacenter);
        long receiver = parts.partitions().receiver(isFar ? datacenter : range.intended(), range.partition());
        if ((!hasPart && !isFar) || receiver == self) {
            // Who has taken its place, which may be this node, gets it from the others as its own.
            forget(range, debts.owed().last());
        } else if (receiver != 0 && isFar && ExchangeCore.contains(replicas, self)) {
            payElsewhere(range, receiver);
        } else if (receiver != 0 && ExchangeCore.contains(replicas, self)) {
            asks.ask(receiver, range.partition(), null);
        } else if (receiver != 0 && asking.size() < DELEGATIONS_MAX && !asking.contains(range)) {
            new Delegation(range, receiver, debts.owed().last()).begin(replicas);
        }
    }

    private void payElsewhere(OwedRanges.Range range, long receiver) {
        if (asking.add(range)) {
            long until = debts.owed().last();
            asks.ask(receiver, range.partition(), session -> {
                asking.remove(range);
                if (session.compared.contains(range.partition())) {
                    forget(range, until);
                }
            });
        }
    }

    /** Has every other replica of a range exchange it with the one that it is owed to. */
    private final class Delegation {
        private final OwedRanges.Range range;
        private final long receiver;
        private final long debtsUntil;
        private int missing = 1;
        private boolean failed;

        Delegation(OwedRanges.Range range, long receiver, long debtsUntil) {
            this.range = range;
            this.receiver = receiver;
            this.debtsUntil = debtsUntil;
        }

        void begin(long[] replicas) {
            asking.add(range);
            for (long replica : replicas) {
                if (replica != receiver) {
                    missing++;
                    new Question(replica, this).begin();
                }
            }
            done(true);
        }

        void done(boolean ok) {
            failed |= !ok;
            if (--missing == 0) {
                asking.remove(range);
                if (!failed) {
                    forget(range, debtsUntil);
                }
            }
        }
    }

    private final class Question extends Request {
        private final long replica;
        private final Delegation delegation;
        private long repeatAtNanos;

        Question(long replica, Delegation delegation) {
            this.replica = replica;
            this.delegation = delegation;
        }

        void begin() {
            questions.add(this);
            parts.requests().openUntilClosed(this);
            send();
        }

        /** It, or its answer, may have been lost. */
        void repeat() {
            if (id != 0 && parts.clocks().nanos() - repeatAtNanos >= 0) {
                send();
            }
        }

        private void send() {
            if (parts.router().isGone(replica)) {
                end(false);
                return;
            }
            repeatAtNanos = parts.clocks().nanos() + REPEAT_NANOS;
            parts.send(
                    replica,
                    new ExchangeMessage.ExchangeAsked(id, delegation.range.partition(), delegation.receiver),
                    20);
        }

        private void end(boolean ok) {
            parts.requests().close(this);
            questions.remove(this);
            delegation.done(ok);
        }

        @Override
        public void onExchangeDone(long from, ExchangeMessage.ExchangeDone done) {
            if (from == replica) {
                end(done.verdict() == Verdict.OK);
            }
        }

        @Override
        protected void onPeerLost(long lost) {
            if (lost == replica) {
                end(false);
            }
        }

        @Override
        protected void onDeadline() {
            throw new IllegalStateException("it has none");
        }
    }
}
