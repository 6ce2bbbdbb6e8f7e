package io.kindred.script;

import io.kindred.command.RedisOracle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What redis-server answered to the written scripts, one reply a line, so that builds without one compare too. {@code main}
 * records them anew: its argument is the folder {@code src/test/resources/scripts}.
 */
final class RecordedScripts {
    private RecordedScripts() {}

    public static void main(String[] args) throws IOException {
        Path dir = Files.createTempDirectory("redis-oracle");
        try (RedisOracle oracle = new RedisOracle(dir)) {
            for (String name : Scripts.NAMES) {
                List<String> replies =
                        ask(oracle, name).stream().map(RecordedScripts::escaped).toList();
                Files.write(Path.of(args[0], name + ".replies"), replies, StandardCharsets.US_ASCII);
            }
        }
    }

    static List<String> ask(RedisOracle oracle, String name) {
        return Scripts.load(name + ".txt").stream()
                .map(line -> {
                    oracle.run(new byte[][] {Scripts.bytes("FLUSHALL")});
                    return oracle.run(Scripts.command(line));
                })
                .toList();
    }

    /** One line of ASCII. */
    static String escaped(String reply) {
        StringBuilder line = new StringBuilder();
        for (char c : reply.toCharArray()) {
            switch (c) {
                case '\r' -> line.append("\\r");
                case '\n' -> line.append("\\n");
                case '\\' -> line.append("\\\\");
                default -> line.append(c >= ' ' && c < 127 ? Character.toString(c) : String.format("\\x%02x", (int) c));
            }
        }
        return line.toString();
    }
}
