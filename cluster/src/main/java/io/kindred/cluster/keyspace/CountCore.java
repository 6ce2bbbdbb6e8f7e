package io.kindred.cluster.keyspace;

import io.kindred.cluster.message.KeyspaceMessage;
import io.kindred.cluster.quorum.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Sums one live holder's maintained count of each partition. */
public final class CountCore extends Request {
    private final Question node;
    /** The sum, or null where some partition's count could not be had. */
    private final Consumer<@Nullable Long> done;

    private final List<Long> awaited = new ArrayList<>();
    private long keys;

    private CountCore(Question node, Consumer<@Nullable Long> done) {
        this.node = node;
        this.done = done;
    }

    public static void start(Question node, int db, Consumer<@Nullable Long> done) {
        Map<Long, List<Integer>> asked = new TreeMap<>();
        for (int partition = 0; partition < node.partitions().partitions(); partition++) {
            long holder = holder(node.partitions(), partition);
            if (holder == 0) {
                done.accept(null);
                return;
            }
            asked.computeIfAbsent(holder, id -> new ArrayList<>()).add(partition);
        }
        new CountCore(node, done).ask(db, asked);
    }

    private void ask(int db, Map<Long, List<Integer>> asked) {
        node.requests().open(this, node.clocks().nanos());
        asked.forEach((holder, list) -> {
            int[] partitions = list.stream().mapToInt(Integer::intValue).toArray();
            if (holder == node.partitions().self()) {
                keys += node.keyspace().count(db, partitions);
            } else {
                awaited.add(holder);
                node.outbox().send(holder, new KeyspaceMessage.CountRequest(id, db, partitions));
            }
        });
        finishIfComplete();
    }

    /** This node where it holds the partition, else the first live replica; 0: none. */
    private static long holder(PartitionMap map, int partition) {
        long first = 0;
        for (long replica : map.serving(partition)) {
            if (replica == map.self()) {
                return replica;
            }
            first = first == 0 && !map.avoids(replica) ? replica : first;
        }
        return first;
    }

    @Override
    public void onCountReply(long from, KeyspaceMessage.CountReply reply) {
        if (awaited.remove((Long) from)) {
            keys += reply.keys();
            finishIfComplete();
        }
    }

    private void finishIfComplete() {
        if (awaited.isEmpty()) {
            node.requests().close(this);
            done.accept(keys);
        }
    }

    @Override
    protected void onPeerLost(long peer) {
        if (awaited.contains(peer)) {
            node.requests().close(this);
            done.accept(null);
        }
    }

    @Override
    protected void onDeadline() {
        done.accept(null);
    }
}
