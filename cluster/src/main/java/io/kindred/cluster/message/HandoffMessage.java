package io.kindred.cluster.message;

import java.util.List;

/** Writes that somebody has missed, and those for other datacenters. */
public sealed interface HandoffMessage extends Message {
    /** Writes that the receiver has missed. */
    record HandOver(long requestId, List<Record> records) implements HandoffMessage {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onHandOver(from, this);
        }
    }

    /** Writes of another datacenter: to be given to all of their replicas here. */
    record Relay(long requestId, List<Record> records) implements HandoffMessage {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onRelay(from, this);
        }
    }

    /**
     * All of them are durable; or the verdict says why some are not.
     *
     * @param refused which are not, by their place in the batch
     * @param creditBytes how much the next batch may hold
     */
    record HandOverAck(long requestId, Verdict verdict, List<Integer> refused, int creditBytes)
            implements HandoffMessage, Answer {
        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onHandOverAck(from, this);
        }

        @Override
        public boolean isPrompt() {
            return true;
        }
    }
}
