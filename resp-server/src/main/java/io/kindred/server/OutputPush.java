package io.kindred.server;

import io.kindred.cluster.message.Reply;
import io.kindred.resp.RespEncoder;

/**
 * A push that waits for replies before it.
 *
 * <p>Owned by: the connection's loop thread.
 */
final class OutputPush extends OutputEntry {
    private final int protocol;

    /** @param protocol in which the client is told, as it was when this happened */
    OutputPush(Reply push, int protocol) {
        reply(push);
        this.protocol = protocol;
    }

    int protocol() {
        return protocol;
    }

    @Override
    long hold(Reply push) {
        return RespEncoder.sizeBytes(push);
    }
}
