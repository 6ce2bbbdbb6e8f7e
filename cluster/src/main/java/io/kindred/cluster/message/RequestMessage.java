package io.kindred.cluster.message;

import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Term;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One operation's messages, between the node that took it and the replicas of its keys. */
public sealed interface RequestMessage extends Message {
    /**
     * Asks a replica of the key to coordinate.
     *
     * @param stamp given once, by the node that took the command
     * @param budgetMillis how long the asker will wait; past it the work is dropped
     * @param deadline until when it waits: what comes later is not begun
     * @param isPassedOn whether the sender was asked itself, and takes the receiver for the one to run it: who gets it so
     *     runs it
     */
    record Forward(
            long requestId,
            Operation operation,
            QuorumSpec quorum,
            long stamp,
            int budgetMillis,
            AskerDeadline deadline,
            boolean isPassedOn)
            implements RequestMessage {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onForward(from, this);
        }
    }

    /** @param reading of the sender's clocks */
    record ForwardReply(long requestId, Outcome outcome, ClockReading reading) implements RequestMessage, Answer {
        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onForwardReply(from, this);
        }
    }

    /**
     * @param asStandIn whether to answer with what the receiver holds for the key's replicas, not as one of them
     * @param guard where it is an update that reads; else null
     */
    record ReadRequest(
            long requestId,
            RecordKey storageKey,
            boolean asStandIn,
            @Nullable Guard guard) implements RequestMessage {
        public ReadRequest(long requestId, RecordKey storageKey, boolean asStandIn) {
            this(requestId, storageKey, asStandIn, null);
        }

        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onReadRequest(from, this);
        }
    }

    /**
     * {@code versions} is null exactly when the verdict is neither {@code OK} nor {@code UNCOUNTED}: a read error is never
     * "not found".
     *
     * @param shown the sender's term where the verdict is {@code OLD_TERM}; else none
     */
    record ReadReply(
            long requestId, Verdict verdict, @Nullable Versions versions, Term shown)
            implements RequestMessage, Answer {
        public ReadReply(long requestId, Verdict verdict, @Nullable Versions versions) {
            this(requestId, verdict, versions, Term.NONE);
        }

        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onReadReply(from, this);
        }

        @Override
        public boolean isPrompt() {
            return true;
        }
    }

    /**
     * Asks a replica to join these records into what it has: all of them in one commit, or none. {@code requestId} 0: a
     * repair, which nobody awaits.
     *
     * @param records at least one, all of one partition
     * @param intended the replica that the receiver is to hold them for; 0: the receiver is one itself
     * @param guard where they are an update's, which a replica may refuse; else null
     */
    record Deltas(
            long requestId,
            List<Record> records,
            long intended,
            @Nullable Guard guard) implements RequestMessage {
        /** One record, which is no update's. */
        public Deltas(long requestId, RecordKey key, Versions delta, long intended) {
            this(requestId, List.of(new Record(key, delta)), intended, null);
        }

        /** The first of them, which mostly is all. */
        public Record first() {
            return records.get(0);
        }

        public boolean isOne() {
            return records.size() == 1;
        }

        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onDeltas(from, this);
        }
    }

    /**
     * The joins are durable at the sender, or the verdict says why none of them is.
     *
     * @param uncovered the sender's container, without values, where it has live siblings beside the written one, or
     *     refuses it for them; null where it has not, or was asked to join several records
     * @param shown the sender's term where the verdict is {@code OLD_TERM}; else none
     */
    record DeltasAck(
            long requestId, Verdict verdict, @Nullable Versions uncovered, Term shown)
            implements RequestMessage, Answer {
        public DeltasAck(long requestId, Verdict verdict, @Nullable Versions uncovered) {
            this(requestId, verdict, uncovered, Term.NONE);
        }

        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onDeltasAck(from, this);
        }

        @Override
        public boolean isPrompt() {
            return true;
        }
    }

    /**
     * In place of a {@link DeltasAck} for each of these requests of the receiver: all that they had joined is durable at the
     * sender, and there is nothing to say beside. So what a turn has made durable is acknowledged at once.
     *
     * @param requestIds at least one
     */
    record Acks(long[] requestIds) implements RequestMessage {
        /** More go in the next message. */
        public static final int REQUESTS_MAX = 4096;

        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onAcks(from, this);
        }
    }

    /**
     * Asks for a dot for a write that the sender makes.
     *
     * @param seen what the write has seen: the dot is above it
     * @param asStandIn whether the receiver is asked because no replica of the key can be reached
     */
    record DotRequest(long requestId, RecordKey storageKey, VersionVector seen, boolean asStandIn)
            implements RequestMessage {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onDotRequest(from, this);
        }
    }

    /**
     * Dot and container are null exactly when the verdict is not {@code OK}.
     *
     * @param held the key's container, with the lengths of its values in their place
     * @param flushStamp of the key's database: the write is to be stamped above it
     */
    record DotReply(
            long requestId,
            Verdict verdict,
            @Nullable Dot dot,
            @Nullable Versions held,
            long flushStamp) implements RequestMessage, Answer {
        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onDotReply(from, this);
        }

        @Override
        public boolean isPrompt() {
            return true;
        }
    }
}
