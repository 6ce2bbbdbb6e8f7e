package io.kindred.cluster.antientropy;

import java.util.function.Consumer;

/** Several sessions as one answer. */
final class ExchangeRepair {
    private final Consumer<ExchangeCore.Repaired> done;
    private int missing;
    private ExchangeCore.Repaired repaired = ExchangeCore.Repaired.NOTHING;

    ExchangeRepair(int sessions, Consumer<ExchangeCore.Repaired> done) {
        this.missing = sessions + 1;
        this.done = done;
    }

    /** All sessions are asked for. */
    void begun() {
        ended();
    }

    void add(ExchangeSession session) {
        repaired = repaired.plus(session);
        ended();
    }

    private void ended() {
        if (--missing == 0) {
            done.accept(repaired);
        }
    }
}
