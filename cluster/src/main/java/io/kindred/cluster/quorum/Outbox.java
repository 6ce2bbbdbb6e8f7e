package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Outcome;

/** Where the request cores put what leaves the node. */
public interface Outbox {
    void send(long to, Message message);

    void reply(Origin origin, Outcome outcome);
}
