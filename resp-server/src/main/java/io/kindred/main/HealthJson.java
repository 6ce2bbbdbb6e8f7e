package io.kindred.main;

import io.kindred.command.HealthView;
import java.util.stream.Collectors;

/** A node's health as JSON, for the pages under {@code /health}. */
final class HealthJson {
    private HealthJson() {}

    static String of(HealthView health) {
        String reasons = health.reasons().stream().map(HealthJson::quoted).collect(Collectors.joining(","));
        return "{\"node\":" + quoted(health.node()) + ",\"state\":" + quoted(health.state()) + ",\"serving\":"
                + health.serving() + ",\"reasons\":[" + reasons + "]}\n";
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
