package io.kindred.cluster.pubsub;

/**
 * The bounds of what nodes tell each other of their topics.
 *
 * @param topicsMax a node with more topics tells none of them, and is sent all that is published; it tells them again from
 *     half of it on
 * @param topicBytesMax likewise, of what their names take together
 * @param partBytes about how much of names one message tells
 * @param resendNanos after so long without an acknowledgement a part is sent again
 * @param awaitNanos for so long a SUBSCRIBE waits for acknowledgements
 */
public record PubSubLimits(int topicsMax, long topicBytesMax, int partBytes, long resendNanos, long awaitNanos) {
    public static final PubSubLimits DEFAULT =
            new PubSubLimits(50_000, 4 << 20, 64 << 10, 1_000_000_000L, 250_000_000L);
}
