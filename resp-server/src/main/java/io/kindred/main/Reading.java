package io.kindred.main;

import io.kindred.cluster.core.NodeViews;
import io.kindred.cluster.node.NodeLoop;
import io.kindred.cluster.wire.tls.Tls;
import io.kindred.command.CommandDispatcher;
import io.kindred.command.CommandTable;
import io.kindred.command.PubSub;
import io.kindred.engine.StorageEngine;
import io.kindred.server.RespServer;
import io.kindred.server.http.HttpCounters;
import java.time.InstantSource;

/**
 * All that the figures of a node are read from, for one report. What costs something is read only by the sets of metrics
 * that show it.
 *
 * <p>Owned by: the loop thread.
 *
 * @param startedMillis when the node began to serve
 * @param startedBytes what the JVM held then
 * @param runId 40 hexadecimal digits, others at each start
 * @param commandsBase commands that were processed before the last CONFIG RESETSTAT
 */
record Reading(Subjects of, long startedMillis, long startedBytes, String runId, long commandsBase) {

    /** The parts of a node. */
    record Subjects(
            LiveConfig config,
            RespServer server,
            CommandDispatcher dispatcher,
            CommandTable commands,
            PubSub pubSub,
            NodeViews views,
            NodeLoop loop,
            StorageEngine engine,
            ClientPorts ports,
            InstantSource clock,
            Meters meters,
            HttpCounters http,
            Tls tls,
            Saves saves) {}

    /** What is sampled, so that a report need not wait for it. */
    record Meters(OpsMeter operations, OpsMeter inputBytes, OpsMeter outputBytes, ProcessMeter process, LoopLag lag) {
        void sampleRates() {
            operations.sample();
            inputBytes.sample();
            outputBytes.sample();
        }
    }

    NodeViews views() {
        return of.views();
    }
}
