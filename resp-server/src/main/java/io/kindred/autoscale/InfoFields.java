package io.kindred.autoscale;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** INFO's text, read for what the policy needs. */
final class InfoFields {
    /** What is on its way, or not whole, while one of these is not 0. */
    private static final String[] UNSETTLED = {
        "members_suspect",
        "members_down",
        "members_joining",
        "members_leaving",
        "partitions_in_transfer",
        "partitions_to_fetch",
        "partitions_to_give_away"
    };

    private final Map<String, String> fields = new TreeMap<>();

    private InfoFields() {}

    static InfoFields of(String text) {
        InfoFields info = new InfoFields();
        text.lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0 && !line.startsWith("#")) {
                info.fields.put(line.substring(0, colon), line.substring(colon + 1));
            }
        });
        return info;
    }

    NodeReading reading() throws IOException {
        return new NodeReading(
                number("generation"),
                number("total_commands_processed"),
                decimal("used_cpu_user") + decimal("used_cpu_sys"),
                number("disk_used_bytes"),
                number("disk_free_bytes"),
                (int) number("members_up"),
                unsettled());
    }

    private String unsettled() throws IOException {
        for (String field : UNSETTLED) {
            long number = number(field);
            if (number != 0) {
                return field + " is " + number;
            }
        }
        return "";
    }

    private long number(String name) throws IOException {
        try {
            return Long.parseLong(text(name));
        } catch (NumberFormatException e) {
            throw new IOException("INFO's " + name + " is no number: " + text(name), e);
        }
    }

    private double decimal(String name) throws IOException {
        try {
            return Double.parseDouble(text(name));
        } catch (NumberFormatException e) {
            throw new IOException("INFO's " + name + " is no number: " + text(name), e);
        }
    }

    private String text(String name) throws IOException {
        String text = fields.get(name);
        if (text == null) {
            throw new IOException("INFO has no " + name);
        }
        return text;
    }
}
