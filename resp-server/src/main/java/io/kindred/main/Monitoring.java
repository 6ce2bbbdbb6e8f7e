package io.kindred.main;

import io.kindred.server.http.HttpCounters;
import io.kindred.server.http.HttpPage;
import io.kindred.server.http.HttpPort;
import io.netty.channel.EventLoop;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The pages of {@code http-port}: {@code /metrics}, {@code /health/live}, {@code /health/ready}. The loop thread only
 * reads the values; they are made text off it.
 */
final class Monitoring {
    private final EventLoop loop;
    private final Supplier<@Nullable Reading> reading;
    private final Supplier<HealthReport> health;
    private final PrometheusRegistry jvm = new PrometheusRegistry();
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();

    /**
     * @param reading asked on the loop; null: the node has not begun
     * @param health asked on the loop
     */
    Monitoring(EventLoop loop, Supplier<@Nullable Reading> reading, Supplier<HealthReport> health) {
        this.loop = loop;
        this.reading = reading;
        this.health = health;
        JvmMetrics.builder().register(jvm);
    }

    /** Listens where the directives say; null: they say nowhere. */
    static @Nullable HttpPort open(ServerConfig config, Monitoring pages, HttpCounters counters) throws StartFailed {
        int port = (int) config.number(Directives.HTTP_PORT);
        if (port == 0) {
            return null;
        }
        HttpPort http = new HttpPort(pages.pages(), counters);
        boolean bound = false;
        try {
            for (BindAddresses.Bound address : config.httpBind().all()) {
                bind(http, address, port);
            }
            bound = true;
            return http;
        } finally {
            if (!bound) {
                http.close();
            }
        }
    }

    private static void bind(HttpPort http, BindAddresses.Bound address, int port) throws StartFailed {
        try {
            http.bind(address.at(port));
        } catch (IOException e) {
            if (!address.optional()) {
                throw new StartFailed(
                        "cannot listen on http-port " + address.text() + ":" + port + ": " + e.getMessage(), e);
            }
        }
    }

    private List<HttpPage> pages() {
        return List.of(
                new HttpPage("/metrics", this::metrics),
                new HttpPage("/health/live", () -> asked().thenApply(found -> answer(found, true))),
                new HttpPage("/health/ready", () -> asked().thenApply(found -> answer(found, found.serving()))));
    }

    /** A loop that does not come to answer this is not alive. */
    private CompletableFuture<HealthReport> asked() {
        return CompletableFuture.supplyAsync(health, loop);
    }

    private static HttpPage.Answer answer(HealthReport health, boolean isWell) {
        return HttpPage.Answer.json(isWell ? 200 : 503, HealthJson.of(health.view()));
    }

    private CompletableFuture<HttpPage.Answer> metrics() {
        return CompletableFuture.supplyAsync(this::values, loop).thenApplyAsync(this::page);
    }

    private List<MetricSnapshot> values() {
        Reading now = reading.get();
        return now == null ? List.of() : Exposition.of(now);
    }

    private HttpPage.Answer page(List<MetricSnapshot> ofNode) {
        List<MetricSnapshot> all = new ArrayList<>(ofNode);
        jvm.scrape().forEach(all::add);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try {
            writer.write(text, new MetricSnapshots(all), EscapingScheme.DEFAULT);
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return new HttpPage.Answer(200, writer.getContentType(), text.toByteArray());
    }
}
