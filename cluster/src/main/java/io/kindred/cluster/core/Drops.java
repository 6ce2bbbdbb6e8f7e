package io.kindred.cluster.core;

import io.kindred.cluster.message.Message.Verdict;
import java.util.function.Consumer;

/** The drops of one scan step; who walks goes on when all of them are durable. */
final class Drops {
    private final Consumer<Verdict> done;
    /** One more than the drops under way, until all of them have been asked for. */
    private int missing = 1;

    private Verdict worst = Verdict.OK;

    /** @param done is told {@code OK}, or what went wrong last */
    Drops(Consumer<Verdict> done) {
        this.done = done;
    }

    /** One more is asked for: to be told by {@link #dropped}. */
    void add() {
        missing++;
    }

    void dropped(Verdict verdict) {
        worst = verdict == Verdict.OK ? worst : verdict;
        if (--missing == 0) {
            done.accept(worst);
        }
    }

    /** All have been asked for. */
    void end() {
        dropped(Verdict.OK);
    }
}
