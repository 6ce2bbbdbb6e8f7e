package io.kindred.cluster.core;

import io.kindred.cluster.message.ClockReading;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.quorum.Origin;
import io.kindred.cluster.quorum.Outbox;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where the parts of a core find the effects of the step that runs. */
final class CoreOutput implements Outbox {
    private @Nullable Effects effects;
    private Supplier<ClockReading> clocks = () -> ClockReading.NONE;

    /** What answers to forwards tell of this node's clocks. */
    void tellOf(Supplier<ClockReading> reading) {
        clocks = reading;
    }

    void begin(Effects ofThisStep) {
        effects = ofThisStep;
    }

    Effects effects() {
        Effects current = effects;
        if (current == null) {
            throw new IllegalStateException("an effect outside of a step");
        }
        return current;
    }

    @Override
    public void send(long to, Message message) {
        effects().send(to, message);
    }

    @Override
    public void reply(Origin origin, Outcome outcome) {
        if (origin.isPeer()) {
            effects().send(origin.peer(), new Message.ForwardReply(origin.token(), outcome, clocks.get()));
        } else {
            effects().reply(origin.token(), outcome);
        }
    }
}
