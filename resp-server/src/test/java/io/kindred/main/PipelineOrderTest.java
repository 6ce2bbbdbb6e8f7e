package io.kindred.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.command.CommandSpec;
import io.kindred.command.RedisOracle;
import io.kindred.resp.Seeds;
import io.kindred.server.CommandServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a pipeline does and answers is what its commands would do and answer one after the other: on one node and on three,
 * for every command, compared with a keyspace in memory.
 */
class PipelineOrderTest {
    private static final List<String> KEYS = List.of("a", "b", "c", "d{t}", "e{t}", "f", "0", "k");
    private static final int CONNECTIONS = 3;
    private static final int PIPELINES = 6;
    /** However busy the machine is, nobody is taken for dead and no request is given up. */
    private static final String[] PATIENT = {
        "--gossip-interval-ms",
        "50",
        "--request-timeout-ms",
        "5000",
        "--suspect-after-ms",
        "30000",
        "--ring-partitions",
        "64"
    };

    @TempDir
    Path dir;

    @Test
    void everyCommandHasAGenerator() throws Exception {
        RandomCommands commands =
                new RandomCommands(new Random(1), new RandomCommands.Choice(KEYS, List.of("0"), true, true, false));
        TreeSet<String> missing = new TreeSet<>();
        try (CommandServer model = new CommandServer()) {
            for (CommandSpec spec : model.commands()) {
                if (spec.subcommands().isEmpty()) {
                    missing.add(spec.name());
                }
                spec.subcommands().forEach(subcommand -> missing.add(subcommand.name()));
            }
        }
        commands.names().forEach(missing::remove);
        assertEquals(new TreeSet<>(RandomCommands.LEFT_OUT.keySet()), missing);
    }

    @Test
    void commandsBehindMSetNxSeeIt() throws Exception {
        try (LocalNodes nodes = new LocalNodes(dir)) {
            setsIfNoneIs(nodes.start("one", PATIENT), 200);
        }
    }

    private static void setsIfNoneIs(Node node, int rounds) throws Exception {
        List<List<String>> pipeline = List.of(
                List.of("MSETNX", "a", "1", "b", "2"),
                List.of("GET", "b"),
                List.of("GET", "a"),
                List.of("DEL", "a", "b"));
        try (RespClient client = new RespClient(node.port())) {
            for (int round = 0; round < rounds; round++) {
                client.sendAll(pipeline);
                List<Object> replies = new ArrayList<>();
                for (int i = 0; i < pipeline.size(); i++) {
                    replies.add(client.read());
                }
                assertEquals(List.of(1L, "2", "1", 2L), replies, "round " + round);
            }
        }
    }

    /** More keys than one command may have under way at once. */
    @Test
    void commandsBehindAWideOneSeeAllOfIt() throws Exception {
        try (LocalNodes nodes = new LocalNodes(dir)) {
            Node one = nodes.start("one", PATIENT);
            try (RespClient client = new RespClient(one.port())) {
                for (int round = 0; round < 20; round++) {
                    List<String> wide = new ArrayList<>(List.of("MSET"));
                    for (int i = 0; i < 2000; i++) {
                        wide.addAll(List.of("wide:" + i, "round " + round));
                    }
                    client.sendAll(List.of(wide, List.of("GET", "wide:999"), List.of("SET", "wide:999", "behind")));
                    assertEquals("OK", client.read());
                    assertEquals("round " + round, client.read());
                    assertEquals("OK", client.read());
                    assertEquals("behind", client.call("GET", "wide:999"));
                }
            }
        }
    }

    @Test
    void pipelinesOfOneNodeAreInOrder() throws Exception {
        oneNode(12);
    }

    @Test
    void pipelinesOfThreeNodesAreInOrder() throws Exception {
        threeNodes(8);
    }

    @Test
    @Tag("long")
    void manyPipelinesOfOneNodeAreInOrder() throws Exception {
        oneNode(300);
    }

    @Test
    @Tag("long")
    void manyPipelinesOfThreeNodesAreInOrder() throws Exception {
        threeNodes(200);
    }

    @Test
    @Tag("tools")
    void pipelinesAreAnsweredAsByRedis() throws Exception {
        try (LocalNodes nodes = new LocalNodes(dir);
                RedisOracle redis = new RedisOracle(dir)) {
            Node one = nodes.start("one", PATIENT);
            Seeds.each(PipelineOrderTest.class, 40, random -> {
                Peers peers = new Peers(List.of(one), redis.port(), true);
                compare(peers, random, false);
            });
        }
    }

    private void oneNode(int seeds) throws Exception {
        try (LocalNodes nodes = new LocalNodes(dir);
                CommandServer model = new CommandServer()) {
            List<Node> one = List.of(nodes.start("one", PATIENT));
            Seeds.each(
                    PipelineOrderTest.class,
                    seeds,
                    random -> compare(new Peers(one, model.port(), false), random, true));
        }
    }

    /** The count of DBSIZE is one replica's, so it is exact where all of them must have every write. */
    private void threeNodes(int seeds) throws Exception {
        try (LocalNodes nodes = new LocalNodes(dir);
                CommandServer model = new CommandServer()) {
            List<Node> three = three(nodes);
            setsIfNoneIs(three.get(1), 50);
            Seeds.each(
                    PipelineOrderTest.class,
                    seeds,
                    random -> compare(new Peers(three, model.port(), false), random, random.nextBoolean()));
        }
    }

    private static List<Node> three(LocalNodes nodes) throws Exception {
        List<Node> three = new ArrayList<>(List.of(nodes.start("oa", PATIENT)));
        for (String name : List.of("ob", "oc")) {
            List<String> directives = new ArrayList<>(List.of(PATIENT));
            directives.addAll(List.of("--seeds", "127.0.0.1:" + LocalNodes.clusterPort(three.get(0))));
            three.add(nodes.start(name, directives.toArray(new String[0])));
        }
        long deadlineNanos = System.nanoTime() + 60_000_000_000L;
        for (Node node : three) {
            try (RespClient client = new RespClient(node.port())) {
                while (!LocalNodes.info(client, "members_up").equals("3")
                        || !LocalNodes.info(client, "partitions_in_transfer").equals("0")) {
                    assertTrue(System.nanoTime() < deadlineNanos, client.text("INFO", "kindred"));
                }
            }
        }
        return three;
    }

    /** Who is compared: nodes with the model at this port, which may be a Redis. */
    private record Peers(List<Node> nodes, int model, boolean redis) {}

    /** Half of the seeds have one connection, which may flush everything; the others several, each with its databases. */
    private static void compare(Peers peers, Random random, boolean allHaveAll) throws Exception {
        List<Node> nodes = peers.nodes();
        for (int port : new int[] {nodes.get(0).port(), peers.model()}) {
            try (RespClient client = new RespClient(port)) {
                assertEquals("OK", client.call("FLUSHALL"));
            }
        }
        int connections = random.nextBoolean() ? 1 : CONNECTIONS;
        ExecutorService threads = Executors.newFixedThreadPool(connections);
        List<Future<?>> ended = new ArrayList<>();
        try {
            for (int i = 0; i < connections; i++) {
                List<String> databases = List.of(Integer.toString(2 * i), Integer.toString(2 * i + 1));
                List<Call> opening = new ArrayList<>(List.of(Call.of("SELECT", databases.get(0))));
                if (allHaveAll) {
                    opening.add(Call.of("KIN.QUORUM", "W", "3"));
                }
                RandomCommands.Choice choice =
                        new RandomCommands.Choice(KEYS, databases, connections == 1, !allHaveAll, peers.redis());
                // A Redis drops what has expired when it likes; the model does as a node does.
                boolean exactCounts = (allHaveAll || nodes.size() == 1) && !peers.redis();
                int port = nodes.get(random.nextInt(nodes.size())).port();
                Random its = new Random(random.nextLong());
                ended.add(threads.submit(() -> {
                    try (OrderedPipelines pipelines =
                            new OrderedPipelines(port, peers.model(), opening, exactCounts, its, choice)) {
                        pipelines.run(PIPELINES);
                    }
                    return null;
                }));
            }
            for (Future<?> each : ended) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
