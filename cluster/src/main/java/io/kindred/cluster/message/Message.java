package io.kindred.cluster.message;

import io.kindred.cluster.membership.Beat;
import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Holding;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.ring.Checkpoint;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Term;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one node says to another. Messages may be lost, delayed, duplicated and reordered; none is retried by the
 * transport. Arrays are handed over.
 */
public sealed interface Message {
    /** Calls the one method of {@code handler} that is this message's. */
    void deliver(long from, MessageHandler handler);

    /** What somebody waits for: the answer to a request of the receiver. */
    sealed interface Answer extends Message {
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

    // --- membership ---

    /**
     * A newcomer asks a member to admit it.
     *
     * @param fingerprint names the settings that a whole cluster shares
     * @param replaces the name of the member whose place it asks for; empty: a place of its own
     */
    record JoinRequest(Member newcomer, String fingerprint, String replaces) implements Message {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onJoinRequest(from, this);
        }
    }

    record JoinRefused(String reason) implements Message {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onJoinRefused(from, this);
        }
    }

    /**
     * Asks which starts of the sender's process the receiver knows of: whoever has started with an older copy of its data
     * directory finds out by that.
     *
     * @param start of the sender, now
     */
    record StartAsked(long start) implements Message {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onStartAsked(from, this);
        }
    }

    /**
     * The answer.
     *
     * @param start as it was asked
     * @param known the newest starts that the sender knows of; empty: it has not heard of the asker before
     */
    record StartKnown(long start, List<Long> known) implements Message {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onStartKnown(from, this);
        }
    }

    /**
     * One half of a push-pull exchange: how some of the members are, and what the sender knows beside.
     *
     * @param recordsHash of the sender's change records: where it is not the receiver's own, one of them lacks some
     * @param flushStamps per database: versions stamped at or below it count as deleted. What is left out at the end is 0
     * @param answer whether the receiver should answer with its own
     */
    record Gossip(List<Beat> beats, long recordsHash, List<Long> flushStamps, boolean answer) implements Message {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onGossip(from, this);
        }
    }

    /**
     * Asks to be told of these members in full, what those hold, and of the change records that the sender lacks.
     *
     * @param holdings members of whose newest holding the sender has only heard
     * @param recordHashes one of each bucket of the sender's records; empty: it asks for none
     * @param compactedStamp of the sender's checkpoint; 0: it has none
     * @param compactedHash of the records that this stands for
     */
    record GossipAsk(
            List<Long> members, List<Long> holdings, List<Long> recordHashes, long compactedStamp, long compactedHash)
            implements Message {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onGossipAsk(from, this);
        }
    }

    /**
     * Tells of members in full, of change records, and of what members hold.
     *
     * @param checkpoint what stands for the records before these; null: whoever is told has it, or has no need of it
     * @param recordsHash that of all of the sender's records
     * @param cluster the sender's; 0: it belongs to none yet
     */
    record GossipTell(
            List<Member> members,
            @Nullable Checkpoint checkpoint,
            List<ChangeRecord> records,
            List<Holding> holdings,
            long recordsHash,
            long cluster)
            implements Message {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onGossipTell(from, this);
        }
    }

    /**
     * Asks whether the receiver is there.
     *
     * @param number rises, over the starts of the sender too
     * @param stamp of the sender's hybrid logical clock, so that clocks stay close
     * @param sentNanos by the sender's monotonic clock
     */
    record Ping(long number, long stamp, long sentNanos) implements Message {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onPing(from, this);
        }
    }

    /**
     * The answer to the ping of that number.
     *
     * @param sentNanos the ping's
     * @param reading of the sender's clocks
     */
    record Pong(long number, long stamp, long sentNanos, ClockReading reading) implements Message {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onPong(from, this);
        }
    }

    /**
     * Whether the sender has room for no more writes than are on their way to it. It is said again while that is so; who has
     * not heard it for a while takes it for over.
     */
    record Pressure(boolean full) implements Message {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onPressure(from, this);
        }
    }

    // --- requests ---

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
            implements Message {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onForward(from, this);
        }
    }

    /** @param reading of the sender's clocks */
    record ForwardReply(long requestId, Outcome outcome, ClockReading reading) implements Answer {
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
            @Nullable Guard guard) implements Message {
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
            long requestId, Verdict verdict, @Nullable Versions versions, Term shown) implements Answer {
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
            @Nullable Guard guard) implements Message {
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
            long requestId, Verdict verdict, @Nullable Versions uncovered, Term shown) implements Answer {
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
    record Acks(long[] requestIds) implements Message {
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
    record DotRequest(long requestId, RecordKey storageKey, VersionVector seen, boolean asStandIn) implements Message {
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
            long flushStamp) implements Answer {
        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onDotReply(from, this);
        }

        @Override
        public boolean isPrompt() {
            return true;
        }
    }

    // --- terms ---

    /** Asks a replica for a partition's updates: from now on the guard's term, which is the sender's, is the newest. */
    record TermClaim(long requestId, int partition, Guard guard) implements Message {
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
    record TermReply(long requestId, Verdict verdict, Term shown, int comeAgainMillis) implements Answer {
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
    record TermsRequest(long requestId, int[] partitions) implements Message {
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
    record TermsReply(long requestId, List<Term> terms, int[] uncounted, int[] emptied) implements Answer {
        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onTermsReply(from, this);
        }

        @Override
        public boolean isPrompt() {
            return true;
        }
    }

    // --- hinted handoff ---

    /** Writes that the receiver has missed. */
    record HandOver(long requestId, List<Record> records) implements Message {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onHandOver(from, this);
        }
    }

    /** Writes of another datacenter: to be given to all of their replicas here. */
    record Relay(long requestId, List<Record> records) implements Message {
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
    record HandOverAck(long requestId, Verdict verdict, List<Integer> refused, int creditBytes) implements Answer {
        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onHandOverAck(from, this);
        }

        @Override
        public boolean isPrompt() {
            return true;
        }
    }

    // --- anti-entropy ---

    /** Asks for the hashes of partitions, summed up over so many at a time. */
    record TreeRoots(long requestId, int partitionsPerSum, int[] partitions) implements Message {
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
    record TreeRootsReply(long requestId, long flushPrint, long[] sums, int[] notReady) implements Answer {
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
    record TreeLanes(long requestId, int[] partitions, long[] reapMarks) implements Message {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onTreeLanes(from, this);
        }
    }

    /** @param reapMarks of the partitions that were asked for, in their order */
    record TreeLanesReply(long requestId, List<Lane> lanes, long[] reapMarks) implements Answer {
        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onTreeLanesReply(from, this);
        }

        /** One tree: it has 2^bits buckets, which sum up to {@code sum}. */
        public record Lane(int partition, int lane, int bits, long sum) {}
    }

    /** Asks for the hashes below some nodes of trees. */
    record TreeSums(long requestId, List<Span> spans) implements Message {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onTreeSums(from, this);
        }

        /** The node {@code prefix} at {@code depth}; its 2^width nodes that many levels deeper are asked for. */
        public record Span(int partition, int lane, int depth, int prefix, int width) {}
    }

    /** The hashes asked for, one span's after the other's; none at all where the sender's trees are not that deep. */
    record TreeSumsReply(long requestId, long[] sums) implements Answer {
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
    record BucketKeys(long requestId, List<Range> ranges, long[] digests) implements Message {
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
            implements Answer {
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
    record BucketSums(long requestId, Range range, long[] sums) implements Message {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onBucketSums(from, this);
        }
    }

    /** @param differing the buckets, a bit for each, of which the sender has something else */
    record BucketSumsReply(long requestId, Verdict verdict, long differing) implements Answer {
        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onBucketSumsReply(from, this);
        }
    }

    /** Records to join, and keys whose records are wanted. */
    record ExchangeObjects(long requestId, List<Record> records, List<RecordKey> wanted) implements Message {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onExchangeObjects(from, this);
        }
    }

    /** All joins are durable, or the verdict says why not; and as many of the wanted records as fit. */
    record ExchangeObjectsReply(long requestId, Verdict verdict, List<Record> records) implements Answer {
        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onExchangeObjectsReply(from, this);
        }
    }

    /** Asks a replica of a partition to exchange it with another one. */
    record ExchangeAsked(long requestId, int partition, long with) implements Message {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onExchangeAsked(from, this);
        }
    }

    /** It has come to its end, or the verdict says that it has not. */
    record ExchangeDone(long requestId, Verdict verdict) implements Answer {
        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onExchangeDone(from, this);
        }
    }

    // --- the whole key space ---

    /** Asks how many live keys of a database the receiver counts in these partitions. */
    record CountRequest(long requestId, int db, int[] partitions) implements Message {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onCountRequest(from, this);
        }
    }

    record CountReply(long requestId, long keys) implements Answer {
        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onCountReply(from, this);
        }
    }

    /** Asks for a page of one partition's keys, from a hash on, in hash order. */
    record ScanRequest(long requestId, int db, int partition, long fromHash, int limit) implements Message {
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
            implements Answer {
        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onScanReply(from, this);
        }
    }

    /** Asks for the receiver's clocks: the first half of a flush. */
    record ClockRequest(long requestId) implements Message {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onClockRequest(from, this);
        }
    }

    /**
     * @param stamp not below any that the sender gave, or that anything which it keeps has
     * @param wallMillis its wall clock, Unix time
     */
    record ClockReply(long requestId, long stamp, long wallMillis) implements Answer {
        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onClockReply(from, this);
        }
    }

    /** Per database, the stamp at or below which versions count as deleted; stored before it is acknowledged. */
    record Flush(long requestId, List<Long> flushStamps) implements Message {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onFlush(from, this);
        }
    }

    /**
     * @param passed nothing was stored, for the sender has given this stamp to something by now, which is not below those it
     *     was to store; 0: it has not
     */
    record FlushAck(long requestId, Verdict verdict, long passed) implements Answer {
        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onFlushAck(from, this);
        }
    }

    // --- publish and subscribe ---

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
            implements Message {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onInterest(from, this);
        }
    }

    /** The last part that the sender has taken, of which telling; all 0: it knows of none. */
    record InterestAck(long start, long session, long part) implements Message {
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
    record Publication(long start, long number, Topic channel, byte[] payload) implements Message {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onPublication(from, this);
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
