package io.kindred.cluster.message;

import io.kindred.cluster.membership.Beat;
import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.HeldPartitions;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.ring.Checkpoint;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who is there, and how they are. */
public sealed interface MembershipMessage extends Message {
    /**
     * A newcomer asks a member to admit it.
     *
     * @param fingerprint names the settings that a whole cluster shares
     * @param replaces the name of the member whose place it asks for; empty: a place of its own
     */
    record JoinRequest(Member newcomer, String fingerprint, String replaces) implements MembershipMessage {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onJoinRequest(from, this);
        }
    }

    record JoinRefused(String reason) implements MembershipMessage {
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
    record StartAsked(long start) implements MembershipMessage {
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
    record StartKnown(long start, List<Long> known) implements MembershipMessage {
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
    record Gossip(List<Beat> beats, long recordsHash, List<Long> flushStamps, boolean answer)
            implements MembershipMessage {
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
            implements MembershipMessage {
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
            List<HeldPartitions> holdings,
            long recordsHash,
            long cluster)
            implements MembershipMessage {
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
    record Ping(long number, long stamp, long sentNanos) implements MembershipMessage {
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
    record Pong(long number, long stamp, long sentNanos, ClockReading reading) implements MembershipMessage {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onPong(from, this);
        }
    }

    /**
     * Whether the sender has room for no more writes than are on their way to it. It is said again while that is so; who has
     * not heard it for a while takes it for over.
     */
    record Pressure(boolean full) implements MembershipMessage {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onPressure(from, this);
        }
    }
}
