package io.kindred.cluster.core;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.Topic;
import io.kindred.cluster.ring.RecordKey;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What happens to a node. */
public sealed interface Event {
    /** Calls the one method of {@code handler} that is this event's. */
    void deliver(EventHandler handler);

    /** The first event: everything durable has been given to the constructor. */
    record Started() implements Event {
        @Override
        public void deliver(EventHandler handler) {
            handler.onStarted(this);
        }
    }

    /** A client's operation; answered by exactly one {@link Effects#reply} with the same token. */
    record Request(long token, Operation operation, QuorumSpec quorum) implements Event {
        @Override
        public void deliver(EventHandler handler) {
            handler.onRequest(this);
        }
    }

    /** A question about, or a command to, the whole cluster; answered by one {@link Effects#answer}. */
    record ClusterRequest(long token, ClusterQuery query) implements Event {
        @Override
        public void deliver(EventHandler handler) {
            handler.onClusterRequest(this);
        }
    }

    /** A client publishes this; those that have subscribed at this node have been told already. */
    @SuppressWarnings("ArrayRecordComponent") // Identity is never asked of an event.
    record Publish(Topic channel, byte[] payload) implements Event {
        @Override
        public void deliver(EventHandler handler) {
            handler.onPublish(this);
        }
    }

    /** No client has subscribed to these any more. To what they do is a {@link ClusterQuery.Subscribe}. */
    record Unsubscribed(List<Topic> topics) implements Event {
        @Override
        public void deliver(EventHandler handler) {
            handler.onUnsubscribed(this);
        }
    }

    /**
     * What a peer has sent, in that order: some of what one turn of its loop had for this node.
     *
     * @param messages at least one
     */
    record Received(long from, List<Message> messages) implements Event {
        @Override
        public void deliver(EventHandler handler) {
            handler.onReceived(this);
        }

        public Received(long from, Message only) {
            this(from, List.of(only));
        }
    }

    /** The oldest {@code count} persists that were not yet told of are durable, or failed and are undone. */
    record Persisted(int count, @Nullable StoreFailure failure) implements Event {
        @Override
        public void deliver(EventHandler handler) {
            handler.onPersisted(this);
        }
    }

    /** {@link Effects#sync} has been done, or failed. */
    record Synced(long token, @Nullable StoreFailure failure) implements Event {
        @Override
        public void deliver(EventHandler handler) {
            handler.onSynced(this);
        }
    }

    /** A load has ended. {@code value} null with no failure: there is no such key. */
    record Loaded(
            long token, byte @Nullable [] value, @Nullable StoreFailure failure) implements Event {
        @Override
        public void deliver(EventHandler handler) {
            handler.onLoaded(this);
        }
    }

    /** A scan step has ended: ascending keys, and the place to go on from; null: the range has been read to its end. */
    record Scanned(
            long token,
            List<RecordKey> keys,
            List<byte[]> values,
            byte @Nullable [] next,
            @Nullable StoreFailure failure)
            implements Event {
        @Override
        public void deliver(EventHandler handler) {
            handler.onScanned(this);
        }

        /** What the engine has found. What has not the layout of a record's key is no record, and is left out. */
        public static Scanned found(long token, List<byte[]> keys, List<byte[]> values, byte @Nullable [] next) {
            List<RecordKey> recordKeys = new ArrayList<>(keys.size());
            List<byte[]> records = new ArrayList<>(keys.size());
            for (int i = 0; i < keys.size(); i++) {
                RecordKey key = RecordKey.parse(keys.get(i));
                if (key != null) {
                    recordKeys.add(key);
                    records.add(values.get(i));
                }
            }
            return new Scanned(token, recordKeys, records, next, null);
        }

        public static Scanned failed(long token, StoreFailure why) {
            return new Scanned(token, List.of(), List.of(), null, why);
        }

        Verdict verdict() {
            return failure == null ? Verdict.OK : failure.verdict();
        }
    }

    /** {@link Effects#acceptLoss} has been done, or was not possible. */
    record LossAccepted(long token, @Nullable StoreFailure failure) implements Event {
        @Override
        public void deliver(EventHandler handler) {
            handler.onLossAccepted(this);
        }
    }

    /** A connection to this peer now carries messages. */
    record PeerConnected(long peer) implements Event {
        @Override
        public void deliver(EventHandler handler) {
            handler.onPeerConnected(this);
        }
    }

    /** The connection to this peer was refused or broke. Messages sent to it may be lost. */
    record PeerLost(long peer) implements Event {
        @Override
        public void deliver(EventHandler handler) {
            handler.onPeerLost(this);
        }
    }

    /**
     * A member refuses this process, for another one that has the same id is connected to it, and answers.
     *
     * @param start of that other process
     */
    record Refused(long peer, long start, String why) implements Event {
        @Override
        public void deliver(EventHandler handler) {
            handler.onRefused(this);
        }
    }

    /**
     * A member of another cluster has proven itself, and looks for one of its own at this node's address.
     *
     * @param member that looks
     * @param address where that member takes connections of others
     */
    record Mistaken(String member, String address, long cluster, long sought) implements Event {
        @Override
        public void deliver(EventHandler handler) {
            handler.onMistaken(this);
        }
    }

    /** The time that {@link Effects#wakeAt} asked for has come; more ticks than asked for do no harm. */
    record Tick() implements Event {
        @Override
        public void deliver(EventHandler handler) {
            handler.onTick(this);
        }
    }
}
