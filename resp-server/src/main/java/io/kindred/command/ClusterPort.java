package io.kindred.command;

import io.kindred.cluster.message.DumpedRecord;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.version.Actor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What concerns all keys, or the ring and its members. */
public interface ClusterPort {
    /** A cursor of 0 begins; a next cursor of 0 ends. Cursors are unsigned. {@code count} is a wish. */
    void scan(int db, long cursor, int count, Answer<ScanPage> answer);

    void dbsize(int db, Answer<Long> answer);

    /** Deletes what a database holds; {@link #ALL_DATABASES} stands for every one. */
    void flush(int db, Answer<Reply> answer);

    /** A live key, or an empty array of no elements where there is none. */
    void randomKey(int db, Answer<List<byte[]>> answer);

    /**
     * By name.
     *
     * @param overTls whether the addresses are for a client that speaks TLS
     */
    List<MemberView> members(boolean overTls);

    /** By partition number. */
    List<PartitionView> ring();

    /** The preference list of a key, in order; the addresses as above. */
    List<ReplicaView> replicas(int db, byte[] key, boolean overTls);

    /** What it would move if a node joined; null where a member has that name already. */
    @Nullable
    PlanView planJoin(String name, double weight, String zone);

    /** What it would move if a member left; null where there is none of that name. */
    @Nullable
    PlanView planLeave(String name);

    /** How many of a key's replicas have all that is known of it; none where too few tell. */
    void copies(int db, byte[] key, Answer<Integer> answer);

    /** How many replicas a key has in all datacenters together. */
    int replicasEverywhere();

    /** The node's name; {@code name#2} for its second incarnation. An unknown node is shown by its id. */
    String actorName(Actor actor);

    /** Whether the node has begun to take part in its cluster. */
    boolean isOpen();

    /** KIN.LEAVE: gives away what this node owns. */
    void leave(Answer<Reply> answer);

    /** KIN.REPLACE: this node takes over the part of a dead one. */
    void replace(String oldName, Answer<Reply> answer);

    /** KIN.FORGET: a dead node's part is given to the others. */
    void forget(String name, Answer<Reply> answer);

    /** KIN.REPAIR: runs anti-entropy now, on one key or (null) on all that this node holds; answers with its counts. */
    void repair(int db, byte @Nullable [] key, Answer<Reply> answer);

    /** Joins a record of another cluster into what this one has; answers when W of the key's replicas have it. */
    void restore(int db, byte[] key, DumpedRecord record, Answer<Reply> answer);

    /**
     * The texts of scripts that this node does not know, from whoever does; in the order asked for, empty where nobody told.
     *
     * @param names each the SHA1 of its text, in lower-case hex; at most 1,000, none twice
     */
    default void findScripts(List<String> names, Answer<List<byte[]>> answer) {
        answer.done(List.of());
    }

    /** The other nodes forget all scripts. */
    default void flushScripts(Answer<Reply> answer) {
        answer.done(Reply.OK);
    }

    int ALL_DATABASES = -1;

    /** Live keys only, each with the {@code TYPE} of its value. */
    record ScanPage(long nextCursor, List<KeyView> keys) {}

    record KeyView(byte[] key, String type) {}

    record MemberView(
            String name,
            long nodeId,
            String address,
            String zone,
            String datacenter,
            double weight,
            String status,
            int partitionsOwned) {}

    record PartitionView(int partition, String firstToken, List<String> owners) {}

    /** A plan's rows, and in sum the copies of partitions that would be fetched, and what the least would be. */
    record PlanView(List<PlanRow> rows, long copiesMoved, long fairMove) {}

    /** One node: partitions owned and copies held, before and after, and copies to fetch. */
    record PlanRow(
            String name, int ownedBefore, int ownedAfter, int copiesBefore, int copiesAfter, int copiesFetched) {}

    /** {@code status}: up, suspect or down; {@code role}: primary or fallback. */
    record ReplicaView(String name, String address, String status, String role) {}

    /** A row of {@link #ring}, or null where there is no such partition. */
    default @Nullable PartitionView partition(int partition) {
        List<PartitionView> rows = ring();
        return partition >= 0 && partition < rows.size() ? rows.get(partition) : null;
    }
}
