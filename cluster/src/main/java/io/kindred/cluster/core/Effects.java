package io.kindred.cluster.core;

import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Departure;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.Topic;
import io.kindred.cluster.ring.Checkpoint;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a step asks of its shell. Every call carries data and gives nothing back, so that a simulator can record,
 * delay or lose it. Arrays are handed over.
 *
 * <p>They are calls rather than a list of records because a persist must be seen by the next {@link
 * ReplicaStore#peek} of the same step.
 */
public interface Effects {
    /** Sends, or loses. */
    void send(long to, Message message);

    /**
     * Writes (value null: deletes) a key: visible to peek at once, told durable by {@link Event.Persisted}, in order.
     *
     * @param countDelta -1, 0 or 1 for a key; goes into the count of the key's group
     * @param note what the log has to keep beside it: by how much it changes its partition's trees
     */
    void persist(byte[] key, byte @Nullable [] value, int countDelta, long note);

    /**
     * Puts all that was told durable by now on the disk for good, whatever appendfsync says; answered by {@link
     * Event.Synced} with the same token.
     */
    void sync(long token);

    /** Reads a key that peek could not; answered by {@link Event.Loaded} with the same token. */
    void load(long token, byte[] key);

    /** Reads up to {@code limit} entries of [from, to); answered by {@link Event.Scanned} with the same token. */
    void scan(long token, byte[] from, byte[] to, int limit);

    /**
     * What cannot be read of the keys in [from, to) is to be given up, and absent from then on; answered by {@link
     * Event.LossAccepted} with the same token.
     */
    void acceptLoss(long token, byte[] from, byte[] to);

    void reply(long token, Outcome outcome);

    void answer(long token, ClusterAnswer answer);

    /** A client of another node has published this: whoever has subscribed here is to be told. */
    void published(Topic channel, byte[] payload);

    /** Asks for a {@link Event.Tick} at this time of the monotonic clock, or soon after; the earliest asked for counts. */
    void wakeAt(long nanos);

    /** The peers that the shell should keep a connection to, when they have changed. */
    void peers(List<Member> members);

    /** The connection to this peer seems open and carries nothing: it should be dropped and made anew. */
    void redial(long peer);

    /**
     * Remembers the membership for the next start: durable, if not sooner, with what is persisted next.
     *
     * @param departures what is known of how those of the members that are in no ring any more have left
     */
    void remember(List<Member> members, List<Departure> departures, Checkpoint checkpoint, List<ChangeRecord> records);

    /** This node now takes part in the ring: clients may be served. */
    void serving();

    /**
     * This node is another start, and may be another actor, from now on. It is on the disk when this returns: what the step
     * does next may tell of it. So rare that the disk is waited for.
     */
    void renewed(Renewal renewal);

    /** This node belongs to that cluster from now on; on the disk when this returns. */
    void belongs(long cluster);

    /** This node does not serve clients, or not any more: the state, and why, in words. */
    void notServing(StartState state, String why);

    /**
     * This node is to put its data aside and begin anew with nothing, as one that asks these addresses ({@code host:port})
     * for the place of the member of that name.
     */
    void startOver(List<String> seeds, String replaces);

    /** A line for the operator's log: something changed. */
    void note(String line);

    /** A line for the operator's log: something is wrong, and somebody has to see to it. */
    void warn(String line);
}
