package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Outcome;
import java.util.List;
import java.util.function.Consumer;

/**
 * What becomes of an update that its line does not run. Whoever has no version of it anywhere is told that nothing was
 * applied, or asked for elsewhere; where a version of it was stored, nobody can say so any more.
 */
final class UnrunUpdates {
    private final Coordination node;
    private final Consumer<Ticket> elsewhere;

    /** @param elsewhere takes an update that was not applied because another node is to run it */
    UnrunUpdates(Coordination node, Consumer<Ticket> elsewhere) {
        this.node = node;
        this.elsewhere = elsewhere;
    }

    void giveUp(List<UpdateStep.Update> updates, String why) {
        Outcome unsure = new Outcome.NoQuorum(why + "; the update may still take effect");
        updates.forEach(each -> node.outbox().reply(each.ticket().origin(), unsure));
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
