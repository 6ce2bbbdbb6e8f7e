package io.kindred.cluster.wire;

import io.kindred.cluster.message.Message;
import java.util.List;

/** Who is told what peers do; called on the event loop. It must not throw. */
public interface PeerListener {
    /** Some of what one turn of that peer had for this node, in its order; at least one message. */
    void received(long from, List<Message> messages);

    /** The outgoing connection to this peer now carries messages. */
    void connected(long peer);

    /** This peer refuses this process: it is connected to another one with the same id, which is that start of it. */
    void refused(long peer, long start, String why);

    /**
     * A member of another cluster, which has proven itself, looks for the node of that id at this one's address.
     *
     * @param address where it takes connections itself
     */
    void mistaken(String member, String address, long cluster, long sought);

    /**
     * Why none of the seeds that are dialed could be talked to yet, and what to do, in words; told again when it changes.
     *
     * @param why empty: there is no trouble any more
     */
    void seedsFail(String why);

    /** The outgoing connection was refused, or broke; told again for each failed attempt. */
    void lost(long peer);
}
