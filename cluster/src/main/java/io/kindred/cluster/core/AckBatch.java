package io.kindred.cluster.core;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.RequestMessage;
import java.util.Arrays;

/** Requests of one other node of which everything is joined and durable here: what they are told of in one message. */
final class AckBatch {
    private final long to;
    private long[] requestIds = new long[4];
    private int size;

    AckBatch(long to) {
        this.to = to;
    }

    long to() {
        return to;
    }

    void add(long requestId) {
        if (size == requestIds.length) {
            requestIds = Arrays.copyOf(requestIds, size * 2);
        }
        requestIds[size++] = requestId;
    }

    boolean isFull() {
        return size == RequestMessage.Acks.REQUESTS_MAX;
    }

    Message message() {
        return size == 1
                ? new RequestMessage.DeltasAck(requestIds[0], Verdict.OK, null)
                : new RequestMessage.Acks(Arrays.copyOf(requestIds, size));
    }
}
