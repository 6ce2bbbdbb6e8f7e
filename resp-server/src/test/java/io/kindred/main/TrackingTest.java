package io.kindred.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that keep copies of what they read, at real nodes: none keeps one that an acknowledged write has made old. */
@Timeout(180)
final class TrackingTest {
    @TempDir
    Path dir;

    private LocalNodes nodes;
    private List<Node> three;
    private RespClient reader;
    private RespClient writer;

    @BeforeEach
    void start() throws Exception {
        nodes = new LocalNodes(dir);
        three = nodes.cluster("n1", "n2", "n3");
        reader = new RespClient(three.get(0).port());
        writer = new RespClient(three.get(1).port());
        writer.call("SET", "first", "v");
        assertEquals(2L, writer.call("WAIT", "2", "60000"));
    }

    @AfterEach
    void stop() throws Exception {
        reader.close();
        writer.close();
        nodes.close();
    }

    /** By RESP2 and another connection, whose messages say what is old; the first ones may say that all is. */
    private RespClient listener(String... options) throws Exception {
        RespClient listener = new RespClient(three.get(0).port());
        String id = String.valueOf(listener.call("CLIENT", "ID"));
        listener.call("SUBSCRIBE", "__redis__:invalidate");
        List<String> command = new ArrayList<>(List.of("CLIENT", "TRACKING", "ON", "REDIRECT", id));
        command.addAll(List.of(options));
        assertEquals("OK", reader.call(command.toArray(String[]::new)));
        return listener;
    }

    /** Until it is told that this key is old, or that all are. */
    private static void awaitOld(RespClient listener, String key) throws Exception {
        while (true) {
            List<?> message = (List<?>) Objects.requireNonNull(listener.read());
            Object keys = message.get(2);
            if (keys == null || ((List<?>) keys).contains(key)) {
                return;
            }
        }
    }

    /** Nodes that have not told anything before are not trusted until they have: their first numbers give all copies up. */
    private void settle(RespClient listener, String key) throws Exception {
        for (int i = 0; i < 3; i++) {
            reader.call("GET", key);
            writer.call("SET", key, "settle" + i);
            awaitOld(listener, key);
        }
    }

    @Test
    void whatWasReadIsToldOfWhenItChangesAtAnyNode() throws Exception {
        try (RespClient listener = listener()) {
            settle(listener, "k");
            List<List<String>> writes = List.of(
                    List.of("SET", "k", "v"),
                    List.of("INCR", "n"),
                    List.of("DEL", "k"),
                    List.of("EVAL", "return redis.call('set', KEYS[1], 'x')", "1", "k"),
                    List.of("EXPIRE", "k", "1000"),
                    List.of("PEXPIRE", "k", "1"),
                    List.of("FLUSHALL"));
            for (List<String> write : writes) {
                String key = write.get(0).equals("INCR") ? "n" : "k";
                reader.call("GET", key);
                writer.call(write.toArray(String[]::new));
                awaitOld(listener, key);
            }
        }
    }

    @Test
    void aCopyThatExpiresIsToldOf() throws Exception {
        try (RespClient listener = listener()) {
            settle(listener, "k");
            writer.call("SET", "k", "v", "PX", "300");
            reader.call("GET", "k");
            awaitOld(listener, "k");
        }
    }

    @Test
    void copiesAreGivenUpWhenAMemberIsLostAndWhenItIsBack() throws Exception {
        try (RespClient listener = listener()) {
            settle(listener, "k");
            String seed = "127.0.0.1:" + LocalNodes.clusterPort(three.get(0));
            reader.call("GET", "k");
            nodes.stop("n3");
            awaitOld(listener, "k");
            reader.call("GET", "k");
            awaitOld(listener, "k");
            nodes.start("n3", "--gossip-interval-ms", "50", "--seeds", seed);
            for (int i = 0; i < 20; i++) {
                reader.call("GET", "k");
                writer.call("SET", "k", "back" + i);
                awaitOld(listener, "k");
            }
        }
    }

    @Test
    void broadcastTellsOfAllKeysWithThePrefixAndOfAMemberThatIsLost() throws Exception {
        try (RespClient listener = listener("BCAST", "PREFIX", "user:", "PREFIX", "cart:")) {
            for (int i = 0; i < 3; i++) {
                writer.call("SET", "user:" + i, "v");
                awaitOld(listener, "user:" + i);
            }
            writer.call("SET", "other", "v");
            writer.call("SET", "cart:1", "v");
            awaitOld(listener, "cart:1");
            nodes.stop("n3");
            while (((List<?>) Objects.requireNonNull(listener.read())).get(2) != null) {
                // Keys that more replicas have told of.
            }
        }
    }

    /** Many times: a copy that nobody told of as old has to be what is there. */
    @Test
    void noCopyIsOldOnceWritesAreAcknowledged() throws Exception {
        try (RespClient listener = listener();
                RespClient third = new RespClient(three.get(2).port())) {
            settle(listener, "k");
            for (int i = 0; i < 300; i++) {
                String key = "k" + i % 7;
                reader.send("GET", key);
                RespClient by = i % 2 == 0 ? writer : third;
                assertEquals("OK", by.call("SET", key, "v" + i));
                if (!("v" + i).equals(reader.read())) {
                    awaitOld(listener, key);
                }
            }
        }
    }

    @Test
    void anInvalidationComesBehindTheReplyThatItTakesBack() throws Exception {
        assertTrue(String.valueOf(reader.call("HELLO", "3")).contains("proto"));
        assertEquals("OK", reader.call("CLIENT", "TRACKING", "ON"));
        List<Object> told = new ArrayList<>();
        reader.sendAll(List.of(
                List.of("SET", "k", "1"),
                List.of("GET", "k"),
                List.of("SET", "k", "2"),
                List.of("GET", "k"),
                List.of("SET", "k", "3"),
                List.of("ECHO", "end")));
        Object last = "";
        String copy = "";
        while (!"end".equals(last)) {
            last = reader.read();
            told.add(last);
            if (last instanceof String text && text.matches("[123]")) {
                copy = text;
            } else if (last instanceof List<?>) {
                copy = "";
            }
        }
        // A push stands behind all replies that were there when it happened.
        while (!copy.isEmpty()) {
            assertEquals("invalidate", ((List<?>) Objects.requireNonNull(reader.read())).get(0));
            copy = "";
        }
        assertTrue(told.indexOf("3") < 0, told.toString());
    }

    @Test
    void optInKeepsOnlyWhatIsReadBehindCaching() throws Exception {
        try (RespClient listener = listener("OPTIN")) {
            for (int i = 0; i < 3; i++) {
                reader.call("CLIENT", "CACHING", "YES");
                reader.call("GET", "k");
                writer.call("SET", "k", "settle" + i);
                awaitOld(listener, "k");
            }
            assertEquals("0", LocalNodes.info(reader, "tracking_total_keys"));
            reader.call("GET", "k");
            assertEquals("0", LocalNodes.info(reader, "tracking_total_keys"));
            reader.call("CLIENT", "CACHING", "YES");
            reader.call("GET", "k");
            assertEquals("1", LocalNodes.info(reader, "tracking_clients"));
            assertEquals("1", LocalNodes.info(reader, "tracking_total_keys"));
            assertEquals("OK", reader.call("CLIENT", "TRACKING", "OFF"));
            assertEquals("0", LocalNodes.info(reader, "tracking_clients"));
        }
    }

    @Test
    void theTableIsBounded() throws Exception {
        reader.call("CONFIG", "SET", "tracking-table-max-keys", "10");
        try (RespClient listener = listener()) {
            for (int i = 0; i < 11; i++) {
                reader.call("GET", "key" + i);
            }
            awaitOld(listener, "key0");
        }
    }

    /** Beats, and changes of keys that nobody keeps, take no copies away. */
    @Test
    void copiesStayWhileOtherKeysChange() throws Exception {
        try (RespClient listener = listener()) {
            settle(listener, "k");
            String before = LocalNodes.info(reader, "tracking_given_up");
            long end = System.nanoTime() + 2_500_000_000L;
            for (int i = 0; System.nanoTime() - end < 0; i++) {
                writer.call("SET", "other" + i % 100, "v");
            }
            assertEquals(before, LocalNodes.info(reader, "tracking_given_up"));
        }
    }

    @Test
    void whoHasGoneLeavesNoCopiesBehind() throws Exception {
        String id = String.valueOf(reader.call("CLIENT", "ID"));
        try (RespClient listener = listener()) {
            for (int i = 0; i < 20; i++) {
                try (RespClient other = new RespClient(three.get(0).port())) {
                    assertEquals("OK", other.call("CLIENT", "TRACKING", "ON", "REDIRECT", id));
                    other.call("GET", "k");
                }
            }
            while (!"0".equals(LocalNodes.info(reader, "tracking_total_items"))) {
                Thread.onSpinWait();
            }
            assertEquals("0", LocalNodes.info(reader, "tracking_total_keys"));
        }
    }

    @Test
    void nobodyElseIsToldWhatNodesTellEachOther() throws Exception {
        assertTrue(String.valueOf(reader.call("SPUBLISH", "__kindred__:changed", "x"))
                .contains("nodes tell each other"));
        assertTrue(
                String.valueOf(reader.call("SSUBSCRIBE", "__kindred__:changed")).contains("nodes tell each other"));
    }
}
