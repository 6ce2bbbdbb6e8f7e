package io.kindred.main;

import io.kindred.cluster.node.NodeClient;
import io.kindred.server.RespServer;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;

/**
 * Slows clients down while the storage engine is behind with flushing: nothing is read from any of them for as long as
 * the engine asks. It is asked once in a turn that wrote.
 *
 * <p>Owned by: the loop thread.
 */
final class BackPressure {
    private final EventLoop loop;
    private final NodeClient client;
    private final RespServer server;
    private final Runnable look = this::look;
    private boolean lookPlanned;

    BackPressure(EventLoop loop, NodeClient client, RespServer server) {
        this.loop = loop;
        this.client = client;
        this.server = server;
    }

    void written() {
        if (!lookPlanned) {
            lookPlanned = true;
            loop.execute(look);
        }
    }

    private void look() {
        lookPlanned = false;
        long stallNanos = client.stallNanos();
        if (stallNanos > 0 && !server.readsHeld()) {
            server.holdReads(true);
            loop.schedule(() -> server.holdReads(false), stallNanos, TimeUnit.NANOSECONDS);
        }
    }
}
