package io.kindred.cluster.message;

import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.VersionVector;
import java.util.List;

/** Two replicas find out what they do not share, and give it to each other. */
public sealed interface ExchangeMessage extends Message {
    /** Asks for the hashes of partitions, summed up over so many at a time. */
    record TreeRoots(long requestId, int partitionsPerSum, int[] partitions) implements ExchangeMessage {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onTreeRoots(from, this);
        }
    }

    /**
     * @param flushPrint stands for the flush stamps that the sender knows
     * @param sums one for every {@code partitionsPerSum} of the partitions asked for, those not ready left out
     * @param notReady those of the partitions whose trees cannot be compared now
     */
    record TreeRootsReply(long requestId, long flushPrint, long[] sums, int[] notReady)
            implements ExchangeMessage, Answer {
        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onTreeRootsReply(from, this);
        }
    }

    /**
     * Asks for the trees of these partitions.
     *
     * @param reapMarks the asker's, of each of them
     */
    record TreeLanes(long requestId, int[] partitions, long[] reapMarks) implements ExchangeMessage {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onTreeLanes(from, this);
        }
    }

    /** @param reapMarks of the partitions that were asked for, in their order */
    record TreeLanesReply(long requestId, List<Lane> lanes, long[] reapMarks) implements ExchangeMessage, Answer {
        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onTreeLanesReply(from, this);
        }

        /** One tree: it has 2^bits buckets, which sum up to {@code sum}. */
        public record Lane(int partition, int lane, int bits, long sum) {}
    }

    /** Asks for the hashes below some nodes of trees. */
    record TreeSums(long requestId, List<Span> spans) implements ExchangeMessage {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onTreeSums(from, this);
        }

        /** The node {@code prefix} at {@code depth}; its 2^width nodes that many levels deeper are asked for. */
        public record Span(int partition, int lane, int depth, int prefix, int width) {}
    }

    /** The hashes asked for, one span's after the other's; none at all where the sender's trees are not that deep. */
    record TreeSumsReply(long requestId, long[] sums) implements ExchangeMessage, Answer {
        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onTreeSumsReply(from, this);
        }
    }

    /**
     * What the sender has of some ranges, one digest a record, ascending. It asks for what differs.
     *
     * @param ranges at least one; those that are answered are answered in their order
     */
    record BucketKeys(long requestId, List<Range> ranges, long[] digests) implements ExchangeMessage {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onBucketKeys(from, this);
        }
    }

    /**
     * What differs in the first so many ranges.
     *
     * @param missing digests of the asker's that the sender does not have; those of keys that are past what this is about
     *     among them
     */
    record BucketKeysReply(long requestId, Verdict verdict, Covered covered, Found found, long[] missing)
            implements ExchangeMessage, Answer {
        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onBucketKeysReply(from, this);
        }

        /**
         * How far an answer goes.
         *
         * @param ranges how many of those asked for it is about
         * @param end of the last of them it is about what comes up to this, and about the others as a whole
         */
        public record Covered(int ranges, Range.End end) {
            public static final Covered NOTHING = new Covered(0, new Range.End(0, null));
        }

        /**
         * Records that the sender has with another digest, or that the asker has not at all.
         *
         * @param seen what the sender has seen of each; none where there are {@code records}
         * @param records themselves, where the asker lacks most of them; else none
         */
        public record Found(List<Seen> seen, List<Record> records) {
            public static final Found NOTHING = new Found(List.of(), List.of());

            public int size() {
                return Math.max(seen.size(), records.size());
            }
        }

        /** What the sender has seen of a record. */
        public record Seen(RecordKey key, VersionVector clock) {}
    }

    /**
     * What the sender has of a range inside one hash, digests summed up by {@link Range#bucket}.
     *
     * @param sums one for each bucket
     */
    record BucketSums(long requestId, Range range, long[] sums) implements ExchangeMessage {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onBucketSums(from, this);
        }
    }

    /** @param differing the buckets, a bit for each, of which the sender has something else */
    record BucketSumsReply(long requestId, Verdict verdict, long differing) implements ExchangeMessage, Answer {
        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onBucketSumsReply(from, this);
        }
    }

    /** Records to join, and keys whose records are wanted. */
    record ExchangeObjects(long requestId, List<Record> records, List<RecordKey> wanted) implements ExchangeMessage {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onExchangeObjects(from, this);
        }
    }

    /** All joins are durable, or the verdict says why not; and as many of the wanted records as fit. */
    record ExchangeObjectsReply(long requestId, Verdict verdict, List<Record> records)
            implements ExchangeMessage, Answer {
        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onExchangeObjectsReply(from, this);
        }
    }

    /** Asks a replica of a partition to exchange it with another one. */
    record ExchangeAsked(long requestId, int partition, long with) implements ExchangeMessage {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onExchangeAsked(from, this);
        }
    }

    /** It has come to its end, or the verdict says that it has not. */
    record ExchangeDone(long requestId, Verdict verdict) implements ExchangeMessage, Answer {
        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onExchangeDone(from, this);
        }
    }
}
