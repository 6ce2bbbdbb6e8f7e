package io.kindred.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.Reply;
import io.kindred.command.CommandSpec.Flag;
import io.kindred.server.TestParts;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Every command of the table, before a password is said and while the node loads or joins. */
final class GateTest {
    /** Those of Redis 7.0 that answer while it loads, as its COMMAND INFO flags them; and 7.2's of CLIENT. */
    private static final Set<String> REDIS_LOADING =
            Set.of(("auth client|getname client|help client|id client|info client|kill client|list client|no-evict"
                            + " client|reply client|setname client|setinfo client|no-touch client|tracking client|caching"
                            + " client|trackinginfo client|getredir client|pause client|unpause monitor command command|count"
                            + " command|docs command|getkeys command|getkeysandflags command|help command|info command|list"
                            + " config|get config|help config|resetstat config|rewrite config|set echo hello info lastsave"
                            + " latency|doctor latency|help latency|histogram latency|history latency|latest latency|reset"
                            + " memory|help psubscribe publish pubsub|channels pubsub|help pubsub|numpat pubsub|numsub"
                            + " pubsub|shardchannels pubsub|shardnumsub punsubscribe spublish ssubscribe subscribe sunsubscribe"
                            + " unsubscribe multi exec discard watch unwatch script|help module|help object|help quit reset role"
                            + " select shutdown slowlog|get slowlog|help slowlog|len slowlog|reset time")
                    .split(" "));

    private static final Set<String> REDIS_NO_AUTH = Set.of("auth", "hello", "quit", "reset");

    private static final Set<String> REDIS_SUBSCRIBED = Set.of(
            "subscribe",
            "unsubscribe",
            "psubscribe",
            "punsubscribe",
            "ssubscribe",
            "sunsubscribe",
            "ping",
            "quit",
            "reset");

    private final TestSettings settings = new TestSettings();
    private final Session session = TestSessions.open();
    private final MemoryNode node = new MemoryNode(settings, InstantSource.system(), TestParts::addCommands);

    @Test
    void withoutThePasswordOnlyWhatIsFlaggedRuns() {
        session.user().reset(true);
        for (CommandSpec spec : all()) {
            assertEquals(!spec.has(Flag.NO_AUTH), isRefused(spec, "NOAUTH "), spec.name());
        }
        assertEquals(REDIS_NO_AUTH, named(spec -> spec.has(Flag.NO_AUTH)));
    }

    @Test
    void whoHasSubscribedInResp2RunsOnlyWhatIsFlagged() {
        node.dispatcher().run(session, TestNode.bytes(List.of("SUBSCRIBE", "a")), reply -> {});
        for (CommandSpec spec : all()) {
            assertEquals(!spec.has(Flag.SUBSCRIBED), isRefused(spec, "ERR Can't execute '" + spec.name()), spec.name());
        }
        assertEquals(REDIS_SUBSCRIBED, named(spec -> spec.has(Flag.SUBSCRIBED)));
        session.identity().protocol(3);
        for (CommandSpec spec : all()) {
            assertEquals(false, isRefused(spec, "ERR Can't execute '"), spec.name());
        }
    }

    @Test
    void whileItLoadsOrJoinsOnlyWhatIsFlaggedRuns() {
        settings.loading = true;
        for (CommandSpec spec : all()) {
            boolean mayRun = spec.has(Flag.LOADING) || spec.has(Flag.JOINING);
            assertEquals(!mayRun, isRefused(spec, "LOADING "), spec.name());
        }
    }

    @Test
    void commandsOfRedisAreFlaggedAsThere() {
        Predicate<CommandSpec> isRedis = spec -> !spec.name().startsWith("kin.");
        Set<String> expected = new TreeSet<>(REDIS_LOADING);
        expected.retainAll(named(isRedis));
        assertEquals(expected, named(isRedis.and(spec -> spec.has(Flag.LOADING))));
        assertEquals(Set.of(), named(isRedis.and(spec -> spec.has(Flag.JOINING))));
    }

    @Test
    void whatLooksAtTheClusterWaitsUntilTheLogIsReplayed() {
        settings.loading = true;
        node.cluster().open = false;
        for (CommandSpec spec : all()) {
            assertEquals(!spec.has(Flag.LOADING), isRefused(spec, "LOADING "), spec.name());
        }
        for (String name : List.of("kin.members", "kin.ring", "kin.plan", "kin.replicas", "kin.replace")) {
            assertTrue(named(spec -> spec.has(Flag.JOINING)).contains(name), name);
        }
    }

    @Test
    void thePasswordIsAskedForBeforeAnythingElse() {
        session.user().reset(true);
        settings.loading = true;
        settings.keyBytesMax = 0;
        assertTrue(isRefused(spec("get"), "NOAUTH "));
        session.user().authenticate();
        assertTrue(isRefused(spec("get"), "ERR key exceeds"));
        settings.keyBytesMax = 4;
        settings.whyLoading = "no seed answers";
        assertTrue(isRefused(spec("get"), "LOADING no seed answers"));
    }

    private List<CommandSpec> all() {
        List<CommandSpec> all = new ArrayList<>();
        for (CommandSpec spec : node.commands()) {
            all.add(spec);
            all.addAll(spec.subcommands());
        }
        // What has subcommands and means nothing without one is no command.
        all.removeIf(spec -> !spec.subcommands().isEmpty() && !spec.name().equals("command"));
        return all;
    }

    private CommandSpec spec(String name) {
        return all().stream()
                .filter(spec -> spec.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private Set<String> named(Predicate<CommandSpec> which) {
        Set<String> names = new TreeSet<>();
        all().stream().filter(which).forEach(spec -> names.add(spec.name()));
        return names;
    }

    /** Refused is by the dispatcher; what is not is not run here, for it may shut down. */
    private boolean isRefused(CommandSpec spec, String how) {
        byte[][] args = new byte[Math.abs(spec.arity())][];
        java.util.Arrays.fill(args, "x".getBytes(StandardCharsets.US_ASCII));
        String[] words = spec.name().split("\\|");
        for (int i = 0; i < words.length; i++) {
            args[i] = words[i].getBytes(StandardCharsets.US_ASCII);
        }
        for (Gate gate : Gate.of(node.view())) {
            if (gate.refusal(spec, session, args) != null) {
                List<Reply> replies = new ArrayList<>();
                node.dispatcher().run(session, args, replies::add);
                assertEquals(1, replies.size(), spec.name());
                return RespText.of(replies.get(0)).startsWith("-" + how);
            }
        }
        return false;
    }
}
