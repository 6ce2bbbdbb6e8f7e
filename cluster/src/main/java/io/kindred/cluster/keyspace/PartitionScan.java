package io.kindred.cluster.keyspace;

import io.kindred.cluster.message.KeyspaceMessage;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Record;
import io.kindred.cluster.quorum.LiveValue;
import io.kindred.cluster.quorum.Request;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Versions;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One page of one partition: asks R of its holders for the same range, and merges what they have, so that a key that
 * one of them missed, or has deleted, is told right.
 */
final class PartitionScan extends Request {
    private final Question node;
    private final Asked asked;
    private final Consumer<@Nullable Page> done;
    private final TreeMap<RecordKey, Versions> merged = new TreeMap<>();
    private final List<Long> awaited = new ArrayList<>();
    private final List<Long> reserve = new ArrayList<>();
    private long completeBelow;
    private boolean complete = true;
    private boolean bounded;

    record Asked(int db, int partition, long fromHash, int limit) {}

    /** Live keys, and the hash from which on nothing was given; {@code complete}: nothing is left. */
    record Page(List<byte[]> keys, long nextHash, boolean complete) {}

    private PartitionScan(Question node, Asked asked, Consumer<@Nullable Page> done) {
        this.node = node;
        this.asked = asked;
        this.done = done;
    }

    /** @param done null: too few holders answered */
    static void start(Question node, Asked asked, Consumer<@Nullable Page> done) {
        new PartitionScan(node, asked, done).ask();
    }

    private void ask() {
        node.requests().open(this, node.clocks().nanos());
        long[] replicas = node.partitions().serving(asked.partition());
        for (long replica : replicas) {
            if (replica == node.partitions().self()) {
                reserve.add(0, replica);
            } else if (!node.partitions().avoids(replica)) {
                reserve.add(replica);
            }
        }
        int needed = node.settings().readsNeeded(io.kindred.cluster.message.QuorumSpec.DEFAULT, replicas.length);
        if (reserve.size() < needed) {
            end(null);
            return;
        }
        for (int i = 0; i < needed && id != 0; i++) {
            awaited.add(reserve.get(i));
        }
        List<Long> first = List.copyOf(awaited);
        reserve.subList(0, needed).clear();
        first.forEach(this::askOne);
    }

    private void askOne(long holder) {
        KeyspaceMessage.ScanRequest request =
                new KeyspaceMessage.ScanRequest(id, asked.db(), asked.partition(), asked.fromHash(), asked.limit());
        if (holder == node.partitions().self()) {
            node.keyspace().scan(request, reply -> onScanReply(holder, reply));
        } else {
            node.outbox().send(holder, request);
        }
    }

    @Override
    public void onScanReply(long from, KeyspaceMessage.ScanReply reply) {
        if (id == 0 || !awaited.contains(from)) {
            return;
        }
        if (reply.verdict() != Verdict.OK) {
            replace(from);
            return;
        }
        awaited.remove((Long) from);
        for (Record each : reply.records()) {
            merged.merge(each.key(), each.versions(), Versions::join);
        }
        if (!reply.done()) {
            bound(reply.nextHash());
        }
        if (awaited.isEmpty()) {
            end(page());
        }
    }

    /** The page ends where the holder that came least far ended. */
    private void bound(long nextHash) {
        complete = false;
        completeBelow = !bounded || Long.compareUnsigned(nextHash, completeBelow) < 0 ? nextHash : completeBelow;
        bounded = true;
    }

    private Page page() {
        long nextHash = ScanCursor.at(asked.partition(), completeBelow).fromHash();
        List<byte[]> keys = new ArrayList<>();
        merged.forEach((storageKey, versions) -> {
            boolean within = complete || Long.compareUnsigned(storageKey.hash(), nextHash) < 0;
            long flushed = node.flushStamps().of(asked.db());
            // Where all that have a record of the key cannot read it, it is named: it is not absent.
            if (within
                    && (versions.isEmpty()
                            || LiveValue.of(
                                            versions.withoutStampsUpTo(flushed),
                                            node.clocks().wallMillis())
                                    != null)) {
                keys.add(storageKey.key());
            }
        });
        return new Page(keys, nextHash, complete);
    }

    private void replace(long holder) {
        awaited.remove((Long) holder);
        if (reserve.isEmpty()) {
            end(null);
            return;
        }
        long next = reserve.remove(0);
        awaited.add(next);
        askOne(next);
    }

    @Override
    protected void onPeerLost(long peer) {
        if (awaited.contains(peer)) {
            replace(peer);
        }
    }

    @Override
    protected void onDeadline() {
        done.accept(null);
    }

    private void end(@Nullable Page page) {
        node.requests().close(this);
        done.accept(page);
    }
}
