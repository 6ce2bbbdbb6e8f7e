package io.kindred.cluster.message;

import java.util.List;

/** Who listens to what, and what is published. */
public sealed interface PubSubMessage extends Message {
    /**
     * Tells what the sender's clients have subscribed to: one part of a telling, of which the first part begins anew.
     *
     * @param start of the sender's process
     * @param session which telling of this process it is; a later one has a greater number
     * @param part from 1; each is sent when the one before it is acknowledged
     * @param everything whether the sender is to be sent all that is published, for now: it has not told all its topics
     *     yet, or has too many to tell
     */
    record Interest(long start, long session, long part, boolean everything, List<Topic> added, List<Topic> removed)
            implements PubSubMessage {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onInterest(from, this);
        }
    }

    /** The last part that the sender has taken, of which telling; all 0: it knows of none. */
    record InterestAck(long start, long session, long part) implements PubSubMessage {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onInterestAck(from, this);
        }
    }

    /**
     * What a client of the sender has published.
     *
     * @param start of the sender's process
     * @param number greater than those of all that this process has sent before
     */
    @SuppressWarnings("ArrayRecordComponent") // Identity is never asked of a message.
    record Publication(long start, long number, Topic channel, byte[] payload) implements PubSubMessage {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onPublication(from, this);
        }
    }
}
