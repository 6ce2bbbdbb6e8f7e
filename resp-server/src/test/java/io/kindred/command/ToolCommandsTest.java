package io.kindred.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ToolCommandsTest {
    private long nowMillis = 1_700_000_000_000L;
    private final InstantSource clock = () -> Instant.ofEpochMilli(nowMillis);
    private final TestNode node = new TestNode(clock);

    @Test
    void everyNodeIsAMaster() {
        assertEquals("*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n", node.line("ROLE"));
        assertEquals("*0\r\n", node.line("MODULE LIST"));
        assertTrue(node.line("LOLWUT").contains("Kindred ver. 0.0.0\n"));
    }

    @Test
    void aSaveAnswersWhenItIsDone() {
        assertEquals(":1\r\n", node.line("LASTSAVE"));
        assertEquals("", node.line("SAVE"), "it is under way");
        assertEquals("-ERR Background save already in progress\r\n", node.line("SAVE"));
        assertEquals("-ERR Background save already in progress\r\n", node.line("BGSAVE SCHEDULE"));
        node.saves.end(null);
        assertEquals(":2\r\n", node.line("LASTSAVE"));
    }

    @Test
    void aBackgroundSaveAnswersAtOnce() {
        assertEquals("+Background saving started\r\n", node.line("BGSAVE"));
        assertTrue(node.saves.isSaving());
        node.saves.end("the disk is full");
        assertEquals(":1\r\n", node.line("LASTSAVE"), "it failed");
        assertEquals("+Background append only file rewriting started\r\n", node.line("BGREWRITEAOF"));
        assertEquals("-ERR syntax error\r\n", node.line("BGSAVE NOW"));
    }

    @Test
    void aKeyIsIdleSinceItWasWritten() {
        node.line("SET a 1");
        nowMillis += 12_300;
        node.line("GET a");
        assertEquals(":12\r\n", node.line("OBJECT IDLETIME a"));
        assertEquals("$-1\r\n", node.line("OBJECT IDLETIME b"));
        assertTrue(node.line("MEMORY DOCTOR").contains("The heap holds "));
        assertTrue(node.line("MEMORY STATS").contains("total.allocated"));
    }

    @Test
    void logsShowCommandsWithoutSecretsAndOfBoundedLength() {
        assertEquals(List.of("AUTH", "(redacted)", "(redacted)"), shown("AUTH default secret"));
        assertEquals(List.of("HELLO", "3", "auth", "(redacted)", "(redacted)"), shown("HELLO 3 auth default secret"));
        assertEquals(
                List.of("config", "set", "timeout", "1", "RequirePass", "(redacted)"),
                shown("config set timeout 1 RequirePass secret"));
        List<String> many = shown("MSET " + "k v ".repeat(20));
        assertEquals(32, many.size());
        assertEquals("... (10 more arguments)", many.get(31));
        assertEquals(
                "x".repeat(128) + "... (72 more bytes)",
                shown("GET " + "x".repeat(200)).get(1));
    }

    private static List<String> shown(String line) {
        byte[][] args = List.of(line.split(" ")).stream()
                .map(word -> word.getBytes(StandardCharsets.US_ASCII))
                .toArray(byte[][]::new);
        return CommandLine.shown(args, 32, 128);
    }
}
