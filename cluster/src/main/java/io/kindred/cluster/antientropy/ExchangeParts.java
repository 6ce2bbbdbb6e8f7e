package io.kindred.cluster.antientropy;

import io.kindred.cluster.keyspace.PartitionMap;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Range;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.Latencies;
import io.kindred.cluster.quorum.LocalReplica;
import io.kindred.cluster.quorum.Outbox;
import io.kindred.cluster.quorum.Requests;
import io.kindred.cluster.quorum.Router;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What exchanges work with. */
record ExchangeParts(ExchangeNetwork network, ExchangedData data, TreeReader reader, ExchangeCounters counters) {
    private static final int PIECE_KEYS_SERVING = 64;
    private static final int CLOCK_ENTRY_BYTES = 24;
    private static final int SIBLING_BYTES = 12;
    private static final int RANGE_BYTES = 22;

    MerkleTrees trees() {
        return data.trees();
    }

    LocalReplica replica() {
        return data.replica();
    }

    ExchangeCore.Repairs repairs() {
        return data.repairs();
    }

    ReapMarks marks() {
        return data.marks();
    }

    Outbox outbox() {
        return network.outbox();
    }

    Requests requests() {
        return network.requests();
    }

    Clocks clocks() {
        return network.clocks();
    }

    Router router() {
        return network.router();
    }

    /** Whether this node has reason to have records of a key: it owns it, or has yet to give it away. */
    boolean keeps(RecordKey storageKey) {
        return router().isInRing(storageKey) && partitions().keeps(storageKey.partition());
    }

    /** Whether a key, or a place that somebody names, is of the range's partition and lane. */
    boolean isOf(Range range, RecordKey key) {
        return key.partition() == range.partition() && trees().lanes().of(key) == range.lane();
    }

    PartitionMap partitions() {
        return network.partitions();
    }

    Latencies latencies() {
        return network.latencies();
    }

    /**
     * How many keys one piece of work is about. Requests wait for the end of it: where there are any, pieces are small, and
     * more.
     */
    int pieceKeys() {
        return latencies().isServing() ? PIECE_KEYS_SERVING : ExchangeService.PAGE_KEYS_MAX;
    }

    void send(long to, Message message, long aboutBytes) {
        counters.bytesSent += aboutBytes;
        outbox().send(to, message);
    }

    static long sizeBytes(RecordKey key, Versions versions) {
        long size = key.length() + (long) CLOCK_ENTRY_BYTES * versions.clock().entries();
        for (Sibling sibling : versions.siblings()) {
            byte[] value = sibling.value();
            size += SIBLING_BYTES + (value == null ? 0 : value.length);
        }
        return size;
    }

    static long sizeBytes(Range range) {
        RecordKey after = range.after();
        RecordKey upTo = range.upTo();
        return RANGE_BYTES + (after == null ? 0 : after.length()) + (upTo == null ? 0 : upTo.length());
    }

    static long sizeOfClock(RecordKey key, int entries) {
        return key.length() + (long) CLOCK_ENTRY_BYTES * entries;
    }

    /**
     * Joins what another replica has into what is here; unless this node has given the key up by then, and may be through
     * with deleting it.
     */
    void join(RecordKey key, Versions theirs, Joined done) {
        for (Sibling sibling : theirs.siblings()) {
            clocks().observe(sibling.stamp());
            clocks().written(sibling.stamp());
        }
        replica().write(key, new Join(theirs, counters, () -> takes(key), done));
    }

    /** Puts what another replica has in the place of what is here, which is not what was written. */
    void replace(RecordKey key, Versions theirs, Joined done) {
        counters.recordsMended++;
        replica().write(key, new Replace(theirs, () -> takes(key), done));
    }

    /** Whether this node owns the key, or is to: of what it only gives away it takes no more. */
    boolean takes(RecordKey storageKey) {
        return router().isReplicaOf(storageKey);
    }

    private record Replace(Versions theirs, BooleanSupplier takes, Joined told) implements LocalReplica.WriteStep {
        @Override
        public @Nullable Versions next(Versions current) {
            if (!takes.getAsBoolean()) {
                return null;
            }
            // What has come since it was compared is not to be lost.
            boolean isSameHistory =
                    current.clock().descends(theirs.clock()) && theirs.clock().descends(current.clock());
            return isSameHistory ? theirs : current.join(theirs);
        }

        @Override
        public boolean isBlind() {
            return true;
        }

        @Override
        public void done(Message.Verdict verdict) {
            told.done(verdict);
        }
    }

    interface Joined {
        void done(Message.Verdict verdict);
    }

    private record Join(Versions theirs, ExchangeCounters counters, BooleanSupplier takes, Joined told)
            implements LocalReplica.WriteStep {
        @Override
        public @Nullable Versions next(Versions current) {
            Versions joined = current.join(theirs);
            // By content and not by dots alone: replicas that differ in the bytes of one dot have to agree, too.
            if (joined.equals(current) || !takes.getAsBoolean()) {
                return null;
            }
            counters.keysRepaired++;
            return joined;
        }

        @Override
        public boolean isBlind() {
            return true;
        }

        @Override
        public void done(Message.Verdict verdict) {
            told.done(verdict);
        }
    }
}
