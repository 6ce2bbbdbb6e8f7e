package io.kindred.cluster.message;

import io.kindred.cluster.version.Term;
import java.util.List;

/** Who runs a partition's updates. */
public sealed interface TermMessage extends Message {
    /** Asks a replica for a partition's updates: from now on the guard's term, which is the sender's, is the newest. */
    record TermClaim(long requestId, int partition, Guard guard) implements TermMessage {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onTermClaim(from, this);
        }
    }

    /**
     * {@code OK}, {@code UNCOUNTED}: granted, durably. {@code OLD_TERM}, {@code OLD_RING}, {@code NOT_MINE}, {@code FAILED}:
     * it is not.
     *
     * @param shown the newest term that the sender knows
     * @param comeAgainMillis where another node was granted it only just now: until then it keeps it
     */
    record TermReply(long requestId, Verdict verdict, Term shown, int comeAgainMillis) implements TermMessage, Answer {
        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onTermReply(from, this);
        }

        @Override
        public boolean isPrompt() {
            return true;
        }
    }

    /** Asks a replica for the newest terms that it knows of these partitions, which the sender is to hold. */
    record TermsRequest(long requestId, int[] partitions) implements TermMessage {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onTermsRequest(from, this);
        }
    }

    /**
     * @param terms of the partitions that were asked for, in their order
     * @param uncounted those in which the sender does not count as one of the own replicas: it may lack what it should have
     *     met
     * @param emptied those of which the sender has nothing left: it has given the owners whatever it had
     */
    record TermsReply(long requestId, List<Term> terms, int[] uncounted, int[] emptied) implements TermMessage, Answer {
        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onTermsReply(from, this);
        }

        @Override
        public boolean isPrompt() {
            return true;
        }
    }
}
