package io.kindred.cluster.message;

import io.kindred.cluster.message.Message.Verdict;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What a node that has no room answers to requests that would have it hold or write more. */
public final class Overload {
    /** What a client is told. */
    public static final String ERROR =
            "OOM the storage is behind and has no room for more writes now; nothing was applied";

    private Overload() {}

    /** Whether the message asks the receiver to write. */
    public static boolean isWrite(Message message) {
        return message instanceof RequestMessage.Deltas
                || message instanceof RequestMessage.Forward
                || message instanceof HandoffMessage.HandOver
                || message instanceof HandoffMessage.Relay
                || message instanceof ExchangeMessage.ExchangeObjects;
    }

    /** The answer to a message that asks to write, by which its sender knows that nothing was applied; null: nobody waits. */
    public static @Nullable Message answer(Message message) {
        if (message instanceof RequestMessage.Deltas request) {
            return request.requestId() == 0
                    ? null
                    : new RequestMessage.DeltasAck(request.requestId(), Verdict.OVERLOADED, null);
        }
        if (message instanceof RequestMessage.Forward request) {
            return new RequestMessage.ForwardReply(request.requestId(), new Outcome.Refused(ERROR), ClockReading.NONE);
        }
        if (message instanceof HandoffMessage.HandOver request) {
            return refused(request.requestId(), request.records().size());
        }
        if (message instanceof HandoffMessage.Relay request) {
            return refused(request.requestId(), request.records().size());
        }
        if (message instanceof ExchangeMessage.ExchangeObjects request) {
            return new ExchangeMessage.ExchangeObjectsReply(request.requestId(), Verdict.OVERLOADED, List.of());
        }
        throw new IllegalArgumentException("not a write: " + message.getClass().getSimpleName());
    }

    private static Message refused(long requestId, int count) {
        return new HandoffMessage.HandOverAck(
                requestId, Verdict.OVERLOADED, IntStream.range(0, count).boxed().toList(), 0);
    }
}
