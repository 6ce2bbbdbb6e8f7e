package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.SetParams;

/**
 * Locks of redis-py, of Redlock (at one cluster, and at three nodes that know nothing of each other), and by hand with Jedis, which
 * processes take through two nodes while the third is killed and started. Whoever has a lock makes a file, and nobody else may
 * find it there: two never have it at once. It wants a machine that is not overloaded: locks last four seconds. As in Redis a lock that its holder could not give back expires.
 */
@Tag("long")
final class LocksUnderKillsIT {
    private static final int ROUNDS = 1;
    private static final long SECTIONS_A_PHASE = 8;
    private static final Duration PHASE_WITHIN = Duration.ofSeconds(60);
    private static final long TTL_MILLIS = 4_000;
    private static final String RELEASE =
            "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end";

    @TempDir
    private Path dir;

    private final List<Path> guards = new ArrayList<>();

    @Test
    void twoNeverHoldALock() throws IOException {
        Path installed = ClientPrograms.installed();
        String python = ClientPrograms.python();
        try (KindredCluster cluster = KindredCluster.ofThree(dir);
                KindredProcess first = KindredProcess.started(NodeOptions.of("s1", dir));
                KindredProcess second = KindredProcess.started(NodeOptions.of("s2", dir));
                KindredProcess third = KindredProcess.started(NodeOptions.of("s3", dir))) {
            String[] served = ports(cluster.node(0), cluster.node(1));
            List<List<String>> programs = List.of(
                    command(List.of(python, "locks.py", guard("redis-py")), served),
                    command(List.of("node", "redlock.js", guard("redlock"), "cluster"), served),
                    command(List.of("node", "redlock.js", guard("redlocks"), "singles"), ports(first, second, third)));
            Path byHand = Path.of(guard("jedis"));
            Crowd.run(programs.size() + served.length + 1, index -> {
                if (index < programs.size()) {
                    Program.ran(installed, Map.of(), programs.get(index).toArray(new String[0]))
                            .succeeded();
                } else if (index < programs.size() + served.length) {
                    holdByHand(byHand, Integer.parseInt(served[index - programs.size()]));
                } else {
                    strike(cluster.node(2), third);
                }
                return 0;
            });
            cluster.awaitWhole();
            for (Path guard : guards) {
                System.out.println(guard.getFileName() + ": " + sections(guard) + " critical sections");
            }
        }
    }

    private static String[] ports(KindredProcess... nodes) {
        return List.of(nodes).stream()
                .map(node -> Integer.toString(node.port()))
                .toArray(String[]::new);
    }

    private static List<String> command(List<String> program, String... ports) {
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of(ports));
        return command;
    }

    private String guard(String name) throws IOException {
        Path guard = Files.createDirectories(dir.resolve("guard-" + name));
        Files.createFile(guard.resolve("sections"));
        guards.add(guard);
        return guard.toString();
    }

    private static long sections(Path guard) throws IOException {
        return Files.size(guard.resolve("sections"));
    }

    /** Kills and starts both nodes, while all kinds of locks are taken before, meanwhile and afterwards. */
    private void strike(KindredProcess... nodes) throws IOException {
        try {
            for (int round = 0; round < ROUNDS; round++) {
                awaitSections();
                for (KindredProcess node : nodes) {
                    node.kill();
                }
                awaitSections();
                for (KindredProcess node : nodes) {
                    node.restart();
                }
                awaitSections();
            }
        } finally {
            for (Path guard : guards) {
                Files.createFile(guard.resolve("over"));
            }
        }
    }

    private void awaitSections() throws IOException {
        List<Long> from = new ArrayList<>();
        for (Path guard : guards) {
            from.add(sections(guard));
        }
        for (int i = 0; i < from.size(); i++) {
            Path guard = guards.get(i);
            long enough = from.get(i) + SECTIONS_A_PHASE;
            Await.until("locks of " + guard.getFileName(), PHASE_WITHIN, () -> sections(guard) >= enough);
        }
    }

    private static void holdByHand(Path guard, int port) throws IOException {
        String holder = "holder-" + port;
        Path file = guard.resolve("held");
        try (RedisClient client = RedisClient.create("127.0.0.1", port)) {
            for (int turn = 0; !Files.exists(guard.resolve("over")); turn++) {
                String token = holder + "." + turn;
                long deadline = System.currentTimeMillis() + TTL_MILLIS;
                try {
                    SetParams params = SetParams.setParams().nx().px(TTL_MILLIS);
                    if (client.set("jedis-lock", token, params) == null) {
                        continue;
                    }
                } catch (JedisException unsure) {
                    // It may have the lock, and has it expire.
                    continue;
                }
                if (System.currentTimeMillis() >= deadline) {
                    continue;
                }
                enter(file, deadline);
                Files.writeString(guard.resolve("sections"), ".", StandardOpenOption.APPEND);
                if (System.currentTimeMillis() < deadline) {
                    Files.delete(file);
                }
                try {
                    client.eval(RELEASE, List.of("jedis-lock"), List.of(token));
                } catch (JedisException unsure) {
                    // As above.
                    continue;
                }
            }
        }
    }

    /** Fails while another is in there whose lock has not expired. */
    private static void enter(Path file, long deadline) throws IOException {
        byte[] mine = Long.toString(deadline).getBytes(StandardCharsets.US_ASCII);
        try {
            Files.write(file, mine, StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException held) {
            String other = Files.readString(file);
            assertTrue(
                    !other.isEmpty() && Long.parseLong(other) <= System.currentTimeMillis(),
                    () -> "two hold a lock, the other until " + other);
            Files.write(file, mine);
        }
    }
}
