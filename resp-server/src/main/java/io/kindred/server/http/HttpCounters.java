package io.kindred.server.http;

import io.kindred.metrics.MetricSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What the monitoring port has done. Written by its thread, read by any. */
public final class HttpCounters {
    public static final MetricSet<HttpCounters> METRICS = MetricSet.<HttpCounters>of(HttpCounters.class)
            .gauge("http_connections", "Connections to http-port.", c -> c.connections.get())
            .counter("http_requests", "Requests that it has answered.", c -> c.requests.get())
            .counter(
                    "http_connections_refused",
                    "Connections that it closed because it had too many.",
                    c -> c.refused.get())
            .counter("http_answers_late", "Requests that the node did not answer in time.", c -> c.late.get())
            .build();

    final AtomicInteger connections = new AtomicInteger();
    final AtomicLong requests = new AtomicLong();
    final AtomicLong refused = new AtomicLong();
    final AtomicLong late = new AtomicLong();
}
