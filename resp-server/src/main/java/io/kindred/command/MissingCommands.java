package io.kindred.command;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Commands of Redis that are known and missing here. They are refused in words of their own, because clients take
 * {@code ERR unknown command} as the sign of an older server and try another way: Redisson then sends a script's EVALSHA
 * again and again, for ever. Any other text ends the call.
 */
final class MissingCommands {
    private static final Map<String, String> WHY = new HashMap<>();

    static {
        missing("Kindred has scripts (EVAL), and no functions", List.of("fcall", "fcall_ro", "function"));
    }

    private MissingCommands() {}

    private static void missing(String why, List<String> names) {
        names.forEach(name -> WHY.put(name, why));
    }

    /** Why this one is missing; null: it is no such command. */
    static @Nullable String of(byte[] name) {
        return WHY.get(Ascii.lower(name));
    }
}
