package io.kindred.server.http;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * A page of the monitoring port.
 *
 * @param path as {@code /metrics}
 * @param content makes it anew for each request; asked on the port's thread, and answered on any
 */
public record HttpPage(String path, Supplier<CompletionStage<Answer>> content) {
    /**
     * What is answered.
     *
     * @param status of HTTP
     * @param body handed over
     */
    public record Answer(int status, String contentType, byte[] body) {
        public static Answer text(int status, String text) {
            return new Answer(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
        }

        public static Answer json(int status, String json) {
            return new Answer(status, "application/json", json.getBytes(StandardCharsets.UTF_8));
        }
    }
}
