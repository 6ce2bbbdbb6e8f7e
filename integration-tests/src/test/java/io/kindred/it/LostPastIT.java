package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** One cluster, whose nodes come back one after the other with less than they had. Nothing that was acknowledged is lost. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class LostPastIT {
    private static final int KEYS = 50;
    private static final Duration WITHIN = Duration.ofSeconds(60);
    private static KindredCluster cluster;
    private static Path copies;

    @BeforeAll
    static void start(@TempDir Path dir) {
        copies = dir.resolve("copies");
        cluster = KindredCluster.ofThree(dir);
        write(0, "first");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    /** It kept its incarnation: 50 of 50 SETs through it were acknowledged, and superseded by what it had forgotten. */
    @Test
    @Order(1)
    void anOlderCopyOfADirectoryLosesNoWrite() throws IOException {
        KindredProcess node = cluster.node(1);
        assertEquals(0, node.terminate());
        Path copy = copied(node);
        node.restart();
        cluster.awaitWhole();
        write(1, "second");
        node.terminate();
        putBack(copy, node);
        node.restart();
        // Not read before, which would have repaired it.
        write(1, "third");
        for (int index : new int[] {0, 1, 2}) {
            assertAll(index, "third");
        }
        try (RespConnection connection = node.connect()) {
            Info info = Info.of(connection, "kindred");
            assertTrue(info.number("incarnation") > 1_000, "an incarnation that nobody has had");
            assertEquals("serving", info.text("start_state"));
        }
    }

    @Test
    @Order(2)
    void anIdentityWithoutItsStoreFetchesItFromTheOthers() throws IOException {
        for (int index : new int[] {0, 1}) {
            KindredProcess node = cluster.node(index);
            node.kill();
            delete(node.options().dataDirectory().resolve("store"));
            node.restart();
            cluster.awaitWhole();
            assertAll(index, "third");
        }
        write(0, "fourth");
        assertAll(1, "fourth");
    }

    @Test
    @Order(3)
    void aCopyBesideItsOriginalIsRefused() throws IOException {
        KindredProcess original = cluster.node(2);
        original.terminate();
        Path copy = copied(original);
        original.restart();
        cluster.awaitWhole();
        NodeOptions elsewhere = NodeOptions.of("n3", Objects.requireNonNull(copy.getParent()));
        try (KindredProcess second = KindredProcess.launched(elsewhere)) {
            Await.until("the copy says what it is", WITHIN, () -> {
                try (RespConnection connection = second.connect()) {
                    Info info = Info.of(connection, "kindred");
                    // Before the log is replayed INFO does not say it.
                    return info.has("start_state") && info.text("start_state").equals("copy");
                }
            });
            try (RespConnection connection = second.connect()) {
                RespError refused = connection.error("GET", "k0");
                assertTrue(refused.toString().contains("LOADING"), refused::toString);
                assertTrue(refused.toString().contains("another process with the id"), refused::toString);
            }
            write(2, "fifth");
            cluster.awaitWhole();
            assertAll(0, "fifth");
        }
        original.kill();
        original.restart();
        cluster.awaitWhole();
        assertAll(2, "fifth");
    }

    @Test
    @Order(4)
    void aClusterOfOlderCopiesIsTheOneThatItWas() throws IOException {
        List<KindredProcess> nodes = List.copyOf(cluster.nodes());
        nodes.forEach(KindredProcess::terminate);
        List<Path> whole = List.of(copied(nodes.get(0)), copied(nodes.get(1)), copied(nodes.get(2)));
        nodes.forEach(KindredProcess::relaunch);
        cluster.awaitWhole();
        write(1, "forgotten");
        nodes.forEach(KindredProcess::terminate);
        for (int i = 0; i < nodes.size(); i++) {
            putBack(whole.get(i), nodes.get(i));
        }
        nodes.forEach(KindredProcess::relaunch);
        cluster.awaitWhole();
        assertAll(0, "fifth");
        write(2, "sixth");
        assertAll(1, "sixth");
    }

    /** Nobody was there to say what is known of it, so it went on as another actor; its next start took its store for another one. */
    @Test
    @Order(5)
    void aNodeThatWentOnAsAnotherActorFindsAllThatItHad() throws IOException {
        cluster.nodes().forEach(KindredProcess::kill);
        KindredProcess node = cluster.node(1);
        String before = stored(node);
        node.relaunch();
        node.awaitReady();
        Await.until("its start is on the disk", WITHIN, () -> {
            String now = stored(node);
            return !now.equals(before) && now.split(" ").length == 2;
        });
        node.kill();
        node.relaunch();
        cluster.node(0).relaunch();
        node.awaitReady();
        cluster.node(0).awaitReady();
        try (RespConnection connection = node.connect()) {
            assertEquals(0, Info.of(connection, "kindred").number("start_in_doubt"));
        }
        assertAll(1, "sixth");
        write(0, "sixth");
        cluster.node(2).relaunch();
        cluster.awaitWhole();
    }

    private static String stored(KindredProcess node) throws IOException {
        return Files.readAllLines(node.options().dataDirectory().resolve("identity")).stream()
                .filter(line -> line.startsWith("in-store "))
                .findFirst()
                .orElseThrow();
    }

    @Test
    @Order(6)
    void anEmptyNodeWithSeedsTakesItsOldPlaceWhenItIsTold() throws IOException {
        KindredProcess node = cluster.node(1);
        node.kill();
        delete(node.options().dataDirectory());
        node.relaunch();
        awaitLoading(node, "KIN.REPLACE n2");
        replace(node);
        assertAll(1, "sixth");
    }

    /** It founded another cluster, and every key was nil. */
    @Test
    @Order(7)
    void anEmptyFirstNodeStopsAndTakesItsOldPlaceWhenItIsTold() throws IOException {
        KindredProcess node = cluster.node(0);
        node.kill();
        delete(node.options().dataDirectory());
        node.relaunch();
        awaitLoading(node, "looks for a member of its own cluster at this node's address");
        try (RespConnection connection = node.connect()) {
            assertEquals("misplaced", Info.of(connection, "kindred").text("start_state"));
        }
        assertTrue(node.log().contains("What it has acknowledged stays in"), node::log);
        replace(node);
        assertAll(0, "sixth");
        write(0, "seventh");
        assertAll(2, "seventh");
        try (Stream<Path> files = Files.list(node.options().dataDirectory())) {
            assertTrue(files.anyMatch(file -> file.getFileName().toString().startsWith("aside-")));
        }
        assertTrue(node.log().contains("What this node had, and has acknowledged, is in"), node::log);
    }

    private static void replace(KindredProcess node) {
        try (RespConnection connection = node.connect()) {
            assertEquals("OK", connection.text("KIN.REPLACE", node.name()));
        }
        Await.until(node.name() + " serves", WITHIN, () -> {
            try (RespConnection connection = node.connect()) {
                return "PONG".equals(connection.text("PING"));
            }
        });
        cluster.awaitWhole();
    }

    private static void awaitLoading(KindredProcess node, String reason) {
        Await.until(node.name() + " says " + reason, WITHIN, () -> {
            try (RespConnection connection = node.connect()) {
                connection.call("GET", "k0");
                return false;
            } catch (RespError error) {
                return error.code().equals("LOADING") && error.line().contains(reason);
            }
        });
    }

    private static void write(int index, String value) {
        try (RespConnection connection = cluster.connect(index)) {
            for (int i = 0; i < KEYS; i++) {
                assertEquals("OK", connection.text("SET", "k" + i, value));
            }
        }
    }

    private static void assertAll(int index, String value) {
        try (RespConnection connection = cluster.connect(index)) {
            for (int i = 0; i < KEYS; i++) {
                assertEquals(value, connection.text("GET", "k" + i), "k" + i);
            }
        }
    }

    /** Of a node that has stopped. */
    private static Path copied(KindredProcess node) throws IOException {
        Path from = node.options().dataDirectory();
        Path to = copies.resolve(Long.toString(System.nanoTime())).resolve(node.name());
        copy(from, to);
        return to;
    }

    private static void putBack(Path copy, KindredProcess node) throws IOException {
        assertFalse(node.isAlive());
        delete(node.options().dataDirectory());
        copy(copy, node.options().dataDirectory());
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.createDirectories(target.getParent());
                    Files.copy(file, target);
                }
            }
        }
    }

    private static void delete(Path dir) throws IOException {
        try (Stream<Path> files = Files.walk(dir)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        assertNotEquals(true, Files.exists(dir));
    }
}
