package io.kindred.cluster.keyspace;

import io.kindred.cluster.message.KeyspaceMessage;
import io.kindred.cluster.message.Message;
import java.util.List;
import java.util.function.Consumer;

/** This node's part of a question about the whole key space: the same for its own client and for another node. */
public interface LocalKeyspace {
    long count(int db, int[] partitions);

    /** One page of one partition; the reply carries {@code request}'s id. */
    void scan(KeyspaceMessage.ScanRequest request, Consumer<KeyspaceMessage.ScanReply> done);

    /**
     * The newest stamp that was given here to something that is written, where it is not below one of these that would be
     * stored; else 0.
     */
    long passed(List<Long> flushStamps);

    /** Stores the stamps; they count at once, and {@code done} is told when they are durable. */
    void flush(List<Long> flushStamps, Consumer<Message.Verdict> done);
}
