package io.kindred.cluster.message;

/**
 * What one node says to another. Messages may be lost, delayed, duplicated and reordered; none is retried by the
 * transport. Arrays are handed over.
 */
public sealed interface Message
        permits MembershipMessage,
                RequestMessage,
                TermMessage,
                HandoffMessage,
                ExchangeMessage,
                KeyspaceMessage,
                PubSubMessage,
                ScriptMessage,
                Message.Answer {
    /** Calls the one method of {@code handler} that is this message's. */
    void deliver(long from, MessageHandler handler);

    /** What somebody waits for: the answer to a request of the receiver. */
    sealed interface Answer extends Message
            permits RequestMessage.ForwardReply,
                    RequestMessage.ReadReply,
                    RequestMessage.DeltasAck,
                    RequestMessage.DotReply,
                    TermMessage.TermReply,
                    TermMessage.TermsReply,
                    HandoffMessage.HandOverAck,
                    ExchangeMessage.TreeRootsReply,
                    ExchangeMessage.TreeLanesReply,
                    ExchangeMessage.TreeSumsReply,
                    ExchangeMessage.BucketKeysReply,
                    ExchangeMessage.BucketSumsReply,
                    ExchangeMessage.ExchangeObjectsReply,
                    ExchangeMessage.ExchangeDone,
                    KeyspaceMessage.CountReply,
                    KeyspaceMessage.ScanReply,
                    KeyspaceMessage.ClockReply,
                    KeyspaceMessage.FlushAck,
                    ScriptMessage.ScriptReply {
        /** As the request had it. */
        long requestId();

        /** Whether it says that the sender answers in time: a replica makes it as soon as it can. */
        default boolean isPrompt() {
            return false;
        }

        /** Calls the one method of {@code handler} that is this answer's. */
        void tell(long from, AnswerHandler handler);

        @Override
        default void deliver(long from, MessageHandler handler) {
            handler.onAnswer(from, this);
        }
    }

    /** What a replica says of a request that it was asked to serve. */
    enum Verdict {
        OK,
        /** The sender's ring does not make it a replica of the key. */
        NOT_MINE,
        /** Reading or persisting failed, this time; nothing is known of the key. */
        FAILED,
        /** The record is there and makes no sense: what the key has is not known. */
        UNREADABLE,

        /** The record here is not what was written, and will not be: whoever has it may replace it. */
        DAMAGED,
        /** The disk is full: reads go on, writes do not. */
        FULL,
        /** The key has, or would have, more siblings than {@code max-siblings}, or than a message has room for. */
        TOO_MANY_SIBLINGS,
        /** A stand-in holds as much as {@code hint-max-bytes} allows. */
        HINTS_FULL,
        /** There is no room for what the request would have to hold or write; nothing was applied. */
        OVERLOADED,
        /** The sender knows a newer term of the key's partition. */
        OLD_TERM,
        /** The sender holds something that the update has not seen. */
        UNCOVERED,
        /** The sender knows a newer ring, in which other nodes have the key. */
        OLD_RING,
        /** It is done, but the sender has not met enough former owners to count as one of the key's own replicas. */
        UNCOUNTED
    }
}
