package io.kindred.cluster.quorum;

import java.util.function.Consumer;

/** An update that waits for a round of its key. */
final class UpdateTurn extends Turn {
    private final Coordination node;
    private final UpdateStep.Update update;
    private final Consumer<UpdateTurn> begin;

    /** @param begin has a round begin with it */
    UpdateTurn(Coordination node, UpdateStep.Update update, Consumer<UpdateTurn> begin) {
        super(
                Hold.forUpdates(update.ticket().quorum().global()),
                update.ticket().deadlineNanos());
        this.node = node;
        this.update = update;
        this.begin = begin;
    }

    UpdateStep.Update update() {
        return update;
    }

    @Override
    void begin() {
        begin.accept(this);
    }

    @Override
    void refuse(String why) {
        refuse(node, update.ticket(), why);
    }
}
