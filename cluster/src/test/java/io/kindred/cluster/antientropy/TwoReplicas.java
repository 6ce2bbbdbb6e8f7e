package io.kindred.cluster.antientropy;

import io.kindred.cluster.message.ExchangeMessage;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.ring.Md5Partitioner;
import io.kindred.cluster.ring.Placement;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.wire.Frames;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Two replicas and the wire between them, whose bytes are counted. */
final class TwoReplicas {
    private final ArrayDeque<Carried> wire = new ArrayDeque<>();
    private final Md5Partitioner partitioner = new Md5Partitioner();
    final TestReplica left = new TestReplica(1, this::send);
    final TestReplica right = new TestReplica(2, this::send);
    long bytes;
    long messages;
    /** What was sent to nodes that are none of the two. */
    final List<Message> toOthers = new ArrayList<>();
    /** Those that were too long. */
    long lost;

    /** What becomes of a message on its way. */
    UnaryOperator<Message> tampering = UnaryOperator.identity();

    private record Carried(long from, long to, Message message) {}

    private void send(long from, long to, Message message) {
        Frames.Carried carried = Frames.carry(tampering.apply(message));
        if (carried == null) {
            lost++;
            return;
        }
        bytes += carried.bytes();
        messages++;
        if (to > 2) {
            toOthers.add(carried.message());
            return;
        }
        wire.add(new Carried(from, to, carried.message()));
    }

    void deliverAll() {
        while (!wire.isEmpty()) {
            Carried next = wire.remove();
            deliver(next.to() == 1 ? left : right, next.from(), next.message());
        }
    }

    private static void deliver(TestReplica to, long from, Message message) {
        if (message instanceof ExchangeMessage.TreeRoots asked) {
            to.exchange.onTreeRoots(from, asked);
        } else if (message instanceof ExchangeMessage.TreeLanes asked) {
            to.exchange.onTreeLanes(from, asked);
        } else if (message instanceof ExchangeMessage.TreeSums asked) {
            to.exchange.onTreeSums(from, asked);
        } else if (message instanceof ExchangeMessage.BucketKeys asked) {
            to.exchange.onBucketKeys(from, asked);
        } else if (message instanceof ExchangeMessage.BucketSums asked) {
            to.exchange.onBucketSums(from, asked);
        } else if (message instanceof ExchangeMessage.ExchangeObjects asked) {
            to.exchange.onExchangeObjects(from, asked);
        } else if (message instanceof Message.Answer answer) {
            to.request(answer.requestId()).onAnswer(from, answer);
        } else {
            throw new AssertionError("not of an exchange: " + message);
        }
    }

    /** Has the left one exchange everything. */
    ExchangeCore.Repaired exchange() {
        ExchangeCore.@Nullable Repaired[] told = new ExchangeCore.@Nullable Repaired[1];
        left.exchange.repair(repaired -> told[0] = repaired);
        deliverAll();
        ExchangeCore.Repaired repaired = told[0];
        if (repaired == null) {
            throw new AssertionError("the exchange has not ended");
        }
        return repaired;
    }

    RecordKey key(int db, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        Placement place = partitioner.place(bytes, TestReplica.PARTITIONS);
        return RecordKey.head(place.partition(), db, place.hash(), bytes);
    }

    /** {@code held}, superseded by a write of node {@code node}. */
    static Versions write(Versions held, long node, long stamp, String value) {
        Actor actor = new Actor(node, 1);
        Dot dot = new Dot(actor, held.clock().highest(actor) + 1);
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        return held.write(held.clock(), new Sibling(dot, stamp, Sibling.NEVER, bytes));
    }
}
