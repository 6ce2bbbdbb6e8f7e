package io.kindred.cluster.core;

import io.kindred.cluster.message.ClockReading;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.RequestMessage;
import io.kindred.cluster.quorum.Origin;
import io.kindred.cluster.quorum.Outbox;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where the parts of a core find the effects of the step that runs. */
final class CoreOutput implements Outbox {
    private @Nullable Effects effects;
    private Supplier<ClockReading> clocks = () -> ClockReading.NONE;
    /** Of this step, one for each node that has something acknowledged. */
    private final List<AckBatch> acks = new ArrayList<>();

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

    /** Tells that all of this request of that node is joined, and durable; at the end of the step, with others of the step. */
    void acknowledge(long to, long requestId) {
        AckBatch batch = batchFor(to);
        batch.add(requestId);
        if (batch.isFull()) {
            acks.remove(batch);
            effects().send(to, batch.message());
        }
    }

    private AckBatch batchFor(long to) {
        for (int i = 0; i < acks.size(); i++) {
            if (acks.get(i).to() == to) {
                return acks.get(i);
            }
        }
        AckBatch batch = new AckBatch(to);
        acks.add(batch);
        return batch;
    }

    void endStep() {
        if (!acks.isEmpty()) {
            acks.forEach(batch -> effects().send(batch.to(), batch.message()));
            acks.clear();
        }
    }

    @Override
    public void send(long to, Message message) {
        effects().send(to, message);
    }

    @Override
    public void reply(Origin origin, Outcome outcome) {
        if (origin.isPeer()) {
            effects().send(origin.peer(), new RequestMessage.ForwardReply(origin.token(), outcome, clocks.get()));
        } else {
            effects().reply(origin.token(), outcome);
        }
    }
}
