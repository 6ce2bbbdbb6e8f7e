package io.kindred.command;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What redis-server answered to the written command lines, one reply a line, so that builds without one compare too.
 * {@code main} records them anew: its argument is the folder {@code src/test/resources/command-lines}.
 */
final class RecordedReplies {
    static final List<String> NAMES = List.of(
            "strings", "counters", "keys", "expiry", "errors", "keyspace", "transactions", "scripts", "connections");

    private RecordedReplies() {}

    public static void main(String[] args) throws IOException {
        Path dir = Files.createTempDirectory("redis-oracle");
        try (RedisOracle oracle = new RedisOracle(dir)) {
            for (String name : NAMES) {
                Files.write(Path.of(args[0], name + ".replies"), escaped(ask(oracle, name)), StandardCharsets.US_ASCII);
            }
        }
    }

    static List<String> ask(RedisOracle oracle, String name) {
        oracle.run(TestNode.bytes(List.of("FLUSHALL")));
        return lines(name).stream()
                .map(args -> oracle.run(TestNode.bytes(args)))
                .toList();
    }

    static List<List<String>> lines(String name) {
        try {
            return CommandLines.load("/command-lines/" + name + ".txt");
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }

    static List<String> load(String name) {
        try {
            List<String> replies = new ArrayList<>();
            CommandLines.load("/command-lines/" + name + ".replies")
                    .forEach(words -> replies.add(String.join(" ", words)));
            return replies;
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }

    static List<String> escaped(List<String> replies) {
        return replies.stream().map(RecordedReplies::escaped).toList();
    }

    /** One line of ASCII; an empty word between blanks is told from no word by never having two blanks in a row. */
    private static String escaped(String reply) {
        StringBuilder line = new StringBuilder();
        for (char c : reply.toCharArray()) {
            switch (c) {
                case '\r' -> line.append("\\r");
                case '\n' -> line.append("\\n");
                case '\\' -> line.append("\\\\");
                case ' ' -> line.append("\\s");
                default -> line.append(c > ' ' && c < 127 ? Character.toString(c) : String.format("\\x%02x", (int) c));
            }
        }
        return line.toString();
    }
}
