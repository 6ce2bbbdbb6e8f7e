package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** bin/kindred-autoscale over real processes: load makes three nodes four, its end makes them three again. */
@Tag("tools")
final class AutoscaleIT {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("KINDRED_HEAP", "256m", "KINDRED_JAVA_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
    private static final Duration CHANGE_WITHIN = Duration.ofSeconds(90);
    private static final int KEYS = 2000;
    private static final int CLIENTS = 6;

    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong requests = new AtomicLong();
    private volatile long pauseNanos = TimeUnit.MILLISECONDS.toNanos(3);
    private volatile boolean over;

    @Test
    void loadMakesThreeNodesFourAndItsEndMakesThemThree(@TempDir Path parent) throws Exception {
        Path dir = parent.resolve("cluster");
        int port = FreePorts.block(4);
        Process autoscaler = null;
        List<Thread> clients = new ArrayList<>();
        Path log = parent.resolve("autoscale.log");
        try {
            script(dir, "start", "--port", "" + port).succeeded();
            for (int i = 0; i < CLIENTS; i++) {
                int client = i;
                clients.add(new Thread(() -> work(port + client % 3, client), "client " + i));
            }
            clients.forEach(Thread::start);
            autoscaler = autoscaler(dir, log);
            awaitMembers(port, 4, log);
            pauseNanos = TimeUnit.MILLISECONDS.toNanos(200);
            awaitMembers(port, 3, log);
            String told = awaitTold(log, "removed n4");
            end(clients);
            autoscaler.destroy();
            assertTrue(autoscaler.waitFor(10, TimeUnit.SECONDS), "SIGTERM ends it");
            assertEquals(0, autoscaler.exitValue());
            assertTrue(told.contains("added n4"), told);
            assertEquals(List.of(), List.copyOf(failures), () -> "of " + requests + " requests\n" + told);
            assertTrue(Files.notExists(dir.resolve("n4")), "its directory is gone");
            System.out.println(requests + " requests, none failed\n"
                    + told.lines()
                            .filter(line -> !line.contains("STAY"))
                            .reduce("", (all, line) -> all + "  " + line + "\n"));
        } finally {
            end(clients);
            if (autoscaler != null) {
                autoscaler.descendants().forEach(ProcessHandle::destroy);
                autoscaler.destroy();
                autoscaler.waitFor();
            }
            script(dir, "kill");
        }
    }

    /** Whatever it is about: here a node that nobody started is looked for. */
    @Test
    void sigtermIsACleanStop(@TempDir Path parent) throws Exception {
        Path dir = Files.createDirectory(parent.resolve("cluster"));
        Files.writeString(dir.resolve("settings"), "nodes 1\nport " + FreePorts.block(1) + "\n");
        Path log = parent.resolve("autoscale.log");
        Process autoscaler = autoscaler(dir, log);
        try {
            assertTrue(awaitTold(log, "STAY").contains("no reading of n1"), read(log));
            autoscaler.destroy();
            assertTrue(autoscaler.waitFor(10, TimeUnit.SECONDS), "SIGTERM ends it");
            assertEquals(0, autoscaler.exitValue(), read(log));
            assertTrue(read(log).contains("stopped"), read(log));
        } finally {
            autoscaler.destroyForcibly().waitFor();
        }
    }

    private void work(int port, int client) {
        try (RespConnection connection = new RespConnection("127.0.0.1", port)) {
            long due = System.nanoTime();
            for (int i = client; !over; i += CLIENTS) {
                String key = "key" + i % KEYS;
                String value = "value" + i;
                if (!"OK".equals(connection.text("SET", key, value)) || !value.equals(connection.text("GET", key))) {
                    failures.add(key + " was not " + value);
                }
                requests.addAndGet(2);
                due = Math.max(due, System.nanoTime()) + pauseNanos;
                Await.reach(due);
            }
        } catch (RespError e) {
            failures.add(e.line());
        } catch (UncheckedIOException e) {
            failures.add(e.toString());
        }
    }

    private void end(List<Thread> clients) throws InterruptedException {
        over = true;
        for (Thread client : clients) {
            client.join();
        }
    }

    private static Process autoscaler(Path dir, Path log) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Program.HOME.resolve("bin").resolve("kindred-autoscale").toString(),
                "--dir",
                dir.toString(),
                "--min",
                "3",
                "--max",
                "4",
                "--interval-s",
                "0.5",
                "--up-ops",
                "150",
                "--down-ops",
                "50",
                "--up-cpu",
                "99",
                "--down-cpu",
                "98",
                "--down-after",
                "4",
                "--cooldown-s",
                "3");
        builder.environment().putAll(ENVIRONMENT);
        return builder.redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    private static void awaitMembers(int port, int members, Path log) {
        try (RespConnection connection = new RespConnection("127.0.0.1", port)) {
            Await.until(members + " members and nothing in transfer", CHANGE_WITHIN, () -> {
                // These questions are load, too.
                Await.last(Duration.ofMillis(300));
                Info info = Info.of(connection, "kindred");
                return KindredCluster.members(connection).size() == members
                        && info.number("members_up") == members
                        && info.number("partitions_in_transfer") == 0;
            });
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + read(log), e);
        }
    }

    private static String awaitTold(Path log, String what) {
        Await.until(
                "the autoscaler says: " + what, CHANGE_WITHIN, () -> read(log).contains(what));
        return read(log);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Program script(Path dir, String action, String... options) {
        List<String> command = new ArrayList<>(
                List.of(Program.HOME.resolve("bin").resolve("kindred-cluster").toString(), action));
        command.addAll(List.of("--dir", dir.toString()));
        command.addAll(List.of(options));
        return Program.ran(null, ENVIRONMENT, command.toArray(String[]::new));
    }
}
