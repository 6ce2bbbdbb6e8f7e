package io.kindred.cluster.wire;

import io.kindred.cluster.message.Message;

/** Who is told what peers do; called on the event loop. It must not throw. */
public interface PeerListener {
    void received(long from, Message message);

    /** The outgoing connection to this peer now carries messages. */
    void connected(long peer);

    /** The outgoing connection was refused, or broke; told again for each failed attempt. */
    void lost(long peer);
}
