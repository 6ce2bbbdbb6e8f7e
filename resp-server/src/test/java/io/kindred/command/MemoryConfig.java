package io.kindred.command;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

final class MemoryConfig implements ConfigPort {
    private final TreeMap<String, String> values = new TreeMap<>(Map.of("maxclients", "10000", "timeout", "0"));
    private int resets;

    int resets() {
        return resets;
    }

    @Override
    public Map<String, String> get(Iterable<String> patterns) {
        Map<String, String> found = new TreeMap<>();
        for (String pattern : patterns) {
            values.forEach((name, value) -> {
                if (name.matches(pattern.replace("*", ".*"))) {
                    found.put(name, value);
                }
            });
        }
        return found;
    }

    @Override
    public void set(Map<String, String> changes, Consumer<@Nullable String> told) {
        for (String name : changes.keySet()) {
            if (!values.containsKey(name)) {
                told.accept("ERR Unknown option or number of arguments for CONFIG SET - '" + name + "'");
                return;
            }
        }
        values.putAll(changes);
        told.accept(null);
    }

    @Override
    public void resetStatistics() {
        resets++;
    }

    @Override
    public @Nullable String rewrite() {
        return "ERR The server is running without a config file";
    }
}
