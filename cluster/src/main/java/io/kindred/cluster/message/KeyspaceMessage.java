package io.kindred.cluster.message;

import java.util.List;

/** What is asked of all that a node holds: counts, pages of keys, flushes. */
public sealed interface KeyspaceMessage extends Message {
    /** Asks how many live keys of a database the receiver counts in these partitions. */
    record CountRequest(long requestId, int db, int[] partitions) implements KeyspaceMessage {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onCountRequest(from, this);
        }
    }

    record CountReply(long requestId, long keys) implements KeyspaceMessage, Answer {
        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onCountReply(from, this);
        }
    }

    /** Asks for a page of one partition's keys, from a hash on, in hash order. */
    record ScanRequest(long requestId, int db, int partition, long fromHash, int limit) implements KeyspaceMessage {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onScanRequest(from, this);
        }
    }

    /**
     * One page: each key's head, values left out (empty). All keys with a hash below {@code nextHash}
     * (unsigned) are in it; {@code done}: so are all others. A key whose record cannot be read there has the empty
     * container.
     */
    record ScanReply(long requestId, Verdict verdict, List<Record> records, long nextHash, boolean done)
            implements KeyspaceMessage, Answer {
        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onScanReply(from, this);
        }
    }

    /** Asks for the receiver's clocks: the first half of a flush. */
    record ClockRequest(long requestId) implements KeyspaceMessage {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onClockRequest(from, this);
        }
    }

    /**
     * @param stamp not below any that the sender gave, or that anything which it keeps has
     * @param wallMillis its wall clock, Unix time
     */
    record ClockReply(long requestId, long stamp, long wallMillis) implements KeyspaceMessage, Answer {
        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onClockReply(from, this);
        }
    }

    /** Per database, the stamp at or below which versions count as deleted; stored before it is acknowledged. */
    record Flush(long requestId, List<Long> flushStamps) implements KeyspaceMessage {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onFlush(from, this);
        }
    }

    /**
     * @param passed nothing was stored, for the sender has given this stamp to something by now, which is not below those it
     *     was to store; 0: it has not
     */
    record FlushAck(long requestId, Verdict verdict, long passed) implements KeyspaceMessage, Answer {
        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onFlushAck(from, this);
        }
    }
}
