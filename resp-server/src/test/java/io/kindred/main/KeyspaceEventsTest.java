package io.kindred.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.kindred.command.KeyspaceEvents;
import io.kindred.command.RedisOracle;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keyspace notifications behind each command are those that redis-server 7.0.15 has told, at another node than the command's. */
@Timeout(180)
final class KeyspaceEventsTest {
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

    /** A command, and what is published behind it: a channel and a text each. */
    private record Step(List<String> command, List<String> events) {}

    private static List<Step> steps(String flags) throws IOException {
        List<Step> steps = new ArrayList<>();
        try (InputStream in = KeyspaceEventsTest.class.getResourceAsStream("/keyspace-events/" + flags + ".txt")) {
            String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            for (String line : text.split("\n")) {
                if (line.startsWith("  ")) {
                    steps.get(steps.size() - 1).events().add(line.trim());
                } else if (!line.startsWith("#")) {
                    steps.add(new Step(words(line), new ArrayList<>()));
                }
            }
        }
        return steps;
    }

    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(line);
        while (word.find()) {
            words.add(word.group(1) != null ? word.group(1) : word.group(2));
        }
        return words;
    }

    /** The keys of one command may be written by several nodes at once: the order is kept of each. */
    private static List<String> inOrder(Step step, List<String> events) {
        List<String> sorted = new ArrayList<>(events);
        if (List.of("DEL", "UNLINK", "MSET", "MSETNX").contains(step.command().get(0))) {
            sorted.sort(Comparator.comparing(event -> step.command().stream()
                    .filter(word -> event.endsWith(" " + word) || event.contains(":" + word + " "))
                    .findFirst()
                    .orElse("")));
        }
        return sorted;
    }

    /** Nothing more is told, either: what ends a step comes next. */
    private static void replay(String flags, RespClient client, RespClient ender, RespClient listener)
            throws IOException {
        listener.call("PSUBSCRIBE", "__key*@*__:*");
        listener.call("SUBSCRIBE", "end");
        for (Step step : steps(flags)) {
            client.call(step.command().toArray(String[]::new));
            List<String> told = new ArrayList<>();
            for (int i = 0; i < step.events().size(); i++) {
                List<?> message = heard(listener, step, told);
                told.add(message.get(message.size() - 2) + " " + message.get(message.size() - 1));
            }
            assertEquals(inOrder(step, step.events()), inOrder(step, told), step.command() + " with " + flags);
            ender.call("PUBLISH", "end", String.join(" ", step.command()));
            assertEquals(
                    List.of("message", "end", String.join(" ", step.command())),
                    listener.read(),
                    "too much is told behind " + step.command());
        }
    }

    private static List<?> heard(RespClient listener, Step step, List<String> told) throws IOException {
        try {
            return (List<?>) Objects.requireNonNull(listener.read());
        } catch (SocketTimeoutException silence) {
            throw new AssertionError("nothing more is told behind " + step + " than " + told, silence);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"KEA", "EAn"})
    void eachCommandIsToldOfAtAllNodes(String flags, @TempDir Path dir) throws Exception {
        try (LocalNodes nodes = new LocalNodes(dir)) {
            List<Node> all = nodes.cluster("n1", "n2", "n3");
            for (Node node : all) {
                try (RespClient client = new RespClient(node.port())) {
                    assertEquals("OK", client.call("CONFIG", "SET", "notify-keyspace-events", flags));
                }
            }
            for (Node node : all) {
                try (RespClient client = new RespClient(node.port());
                        RespClient ender = new RespClient(node.port());
                        RespClient listener = new RespClient(all.get(1).port())) {
                    assertEquals("OK", client.call("FLUSHALL"), "at node " + all.indexOf(node));
                    replay(flags, client, ender, listener);
                }
            }
        }
    }

    @Tag("tools")
    @ParameterizedTest
    @ValueSource(strings = {"KEA", "EAn"})
    void redisTellsTheSame(String flags, @TempDir Path dir) throws Exception {
        try (RedisOracle redis = new RedisOracle(dir);
                RespClient client = new RespClient(redis.port());
                RespClient ender = new RespClient(redis.port());
                RespClient listener = new RespClient(redis.port())) {
            client.call("CONFIG", "SET", "notify-keyspace-events", flags);
            replay(flags, client, ender, listener);
        }
    }

    @Test
    void nothingIsToldOfWhatWasRefused(@TempDir Path dir) throws Exception {
        try (LocalNodes nodes = new LocalNodes(dir)) {
            Node node = nodes.start("n1", "--notify-keyspace-events", "KEA");
            try (RespClient client = new RespClient(node.port());
                    RespClient listener = new RespClient(node.port())) {
                client.call("SET", "text", "x");
                listener.call("PSUBSCRIBE", "*");
                client.call("INCR", "text");
                client.call("WATCH", "text");
                try (RespClient other = new RespClient(node.port())) {
                    other.call("DEL", "text");
                }
                client.call("MULTI");
                client.call("SET", "in", "x");
                assertNull(client.call("EXEC"));
                client.call("EVAL", "redis.call('set', 'a', '1') return redis.error_reply('ERR no')", "0");
                client.call("PUBLISH", "end", "x");
                List<String> told = new ArrayList<>();
                while (!told.contains("end x")) {
                    List<?> message = (List<?>) Objects.requireNonNull(listener.read());
                    told.add(message.get(2) + " " + message.get(3));
                }
                assertEquals(
                        List.of(
                                "__keyspace@0__:text del",
                                "__keyevent@0__:del text",
                                "__keyspace@0__:a set",
                                "__keyevent@0__:set a",
                                "end x"),
                        told);
            }
        }
    }

    @Test
    void aDeadlineThatWasMovedIsNotToldOf(@TempDir Path dir) throws Exception {
        try (LocalNodes nodes = new LocalNodes(dir)) {
            Node node = nodes.start("n1", "--notify-keyspace-events", "Ex");
            try (RespClient client = new RespClient(node.port());
                    RespClient listener = new RespClient(node.port())) {
                listener.call("PSUBSCRIBE", "*");
                client.call("SET", "persisted", "x", "PX", "50");
                client.call("PERSIST", "persisted");
                client.call("SET", "set", "x", "PX", "50");
                client.call("SET", "set", "y");
                client.call("SET", "deleted", "x", "PX", "50");
                client.call("DEL", "deleted");
                client.call("SET", "later", "x", "PX", "50");
                client.call("PEXPIRE", "later", "300");
                assertEquals(List.of("pmessage", "*", "__keyevent@0__:expired", "later"), listener.read());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"KEA:AKE", "AKEnm:AnKEm", "KEg:gKE", "gK$x:g$xK", "nKE:nKE", "KElshztd:lshztdKE", "Km:Km", ":"})
    void theDirectiveIsShownAsRedisShowsIt(String givenAndShown) {
        String[] both = givenAndShown.split(":", 2);
        assertNull(KeyspaceEvents.problem(both[0]));
        assertEquals(both[1], KeyspaceEvents.canonical(both[0]));
    }
}
