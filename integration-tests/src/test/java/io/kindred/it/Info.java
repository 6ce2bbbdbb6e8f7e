package io.kindred.it;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** The fields of an INFO reply. */
final class Info {
    private final Map<String, String> fields = new TreeMap<>();

    private Info() {}

    static Info of(RespConnection connection, String... sections) {
        Object[] command = new Object[sections.length + 1];
        command[0] = "INFO";
        System.arraycopy(sections, 0, command, 1, sections.length);
        Info info = new Info();
        Objects.requireNonNull(connection.text(command)).lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0 && !line.startsWith("#")) {
                info.fields.put(line.substring(0, colon), line.substring(colon + 1));
            }
        });
        return info;
    }

    boolean has(String field) {
        return fields.containsKey(field);
    }

    String text(String field) {
        String value = fields.get(field);
        if (value == null) {
            throw new AssertionError("INFO has no " + field + "; it has " + fields.keySet());
        }
        return value;
    }

    long number(String field) {
        return Long.parseLong(text(field));
    }
}
