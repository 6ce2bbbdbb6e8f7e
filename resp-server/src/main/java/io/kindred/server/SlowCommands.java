package io.kindred.server;

import io.kindred.command.ClientIdentity;

/**
 * Which commands were slow: from the read that brought them to the turn in which they were answered, in milliseconds. What
 * runs within one turn of the loop, as a look at memory does, took none.
 *
 * <p>Owned by: the loop thread.
 */
final class SlowCommands {
    private final SlowLog log = new SlowLog();
    private final LatencyLog latencies = new LatencyLog();

    SlowLog log() {
        return log;
    }

    LatencyLog latencies() {
        return latencies;
    }

    void answered(ClientIdentity client, byte[][] args, SlowLimits limits, long tookMillis, long nowMillis) {
        if (limits.isLogged(tookMillis)) {
            log.add(client, args, tookMillis, nowMillis, limits.logMax());
        }
        if (limits.isLatency(tookMillis)) {
            latencies.add("command", tookMillis, nowMillis);
        }
    }
}
