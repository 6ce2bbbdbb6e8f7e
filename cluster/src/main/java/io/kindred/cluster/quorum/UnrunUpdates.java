package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.ring.RecordKey;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What becomes of an update that its line does not run. Whoever has no version of it anywhere is told that nothing was
 * applied, or asked for elsewhere; where a version of it was stored, nobody can say so any more.
 */
final class UnrunUpdates {
    private static final String TOOK_TOO_LONG = "the key's other updates took too long";

    private final Coordination node;
    private final Consumer<Ticket> elsewhere;

    /** @param elsewhere takes an update that was not applied because another node is to run it */
    UnrunUpdates(Coordination node, Consumer<Ticket> elsewhere) {
        this.node = node;
        this.elsewhere = elsewhere;
    }

    /** True: its client has been told, or is told once it has been begun anew. */
    boolean isPutOff(UpdateStep.Update update, Route route) {
        Ticket ticket = update.ticket();
        if (!update.wasStored() && node.waitsForOthers(ticket, route)) {
            return true;
        }
        boolean late = ticket.deadlineNanos() - node.clocks().nanos() <= 0;
        boolean chance = WriteChance.isThere(node, route, ticket.quorum());
        if (late || !chance) {
            String why = late ? TOOK_TOO_LONG : "too few nodes for the key can be reached";
            notApplied(update, why);
        }
        return late || !chance;
    }

    /**
     * Whether one whose former version took no effect runs again here, although others serve the key by now: as long as a write
     * of it must reach this node, and nobody has run updates under a greater term. To others it cannot be passed on, for some of
     * them may come to build on the former version.
     */
    boolean mayFinish(UpdateStep.Update update, RecordKey key, Route now) {
        return update.wasStored()
                && now.isReplica()
                && !node.terms().held(key.partition()).isNone();
    }

    void giveUp(List<UpdateStep.Update> updates, String why) {
        Outcome unsure = new Outcome.NoQuorum(why + "; the update may still take effect");
        updates.forEach(each -> node.outbox().reply(each.ticket().origin(), unsure));
    }

    /**
     * What has not been stored is for the first live replica, in this node's own view; but for what was passed on to here, if
     * this node serves the key. It may be that its asker alone has lost an earlier one: were updates run here as well, the
     * term would go to and fro.
     *
     * @param route over which the round goes
     * @return those that run here
     */
    List<Turn> passOn(List<Turn> batch, RecordKey key, Route route) {
        Route now = node.router().routeOf(key);
        int first = Coordinator.firstLive(node.router(), now);
        if (first >= 0 && now.writers()[first] == node.self()) {
            return batch;
        }
        List<Turn> mine = new ArrayList<>();
        for (Turn turn : batch) {
            if (turn instanceof UpdateTurn one
                    && !(one.update().ticket().isPassedOn() && route.serves())
                    && !mayFinish(one.update(), key, now)) {
                passOn(one.update());
            } else {
                mine.add(turn);
            }
        }
        return mine;
    }

    /** To the node that is to run it; what a former version of it may still do is not done twice. */
    void passOn(UpdateStep.Update update) {
        if (update.wasStored()) {
            giveUp(List.of(update), "other nodes have the key by now");
        } else {
            elsewhere.accept(update.ticket());
        }
    }

    void notApplied(UpdateStep.Update update, String why) {
        if (update.wasStored()) {
            giveUp(List.of(update), why);
        } else {
            node.tryAgain(update.ticket(), why + "; nothing was applied");
        }
    }

    void refuse(UpdateStep.Update update, Outcome refused) {
        if (update.wasStored()) {
            giveUp(List.of(update), "the key could not be read again");
        } else {
            node.outbox().reply(update.ticket().origin(), refused);
        }
    }
}
