package io.kindred.command;

import static io.kindred.command.CommandSpec.Flag.FAST;
import static io.kindred.command.CommandSpec.Flag.LOADING;
import static io.kindred.command.CommandSpec.Flag.NOSCRIPT;
import static io.kindred.command.CommandSpec.Flag.PUBSUB;
import static io.kindred.command.CommandSpec.Flag.STALE;
import static io.kindred.command.CommandSpec.Flag.SUBSCRIBED;

import io.kindred.cluster.message.Reply;
import io.kindred.cluster.message.Topic;
import io.kindred.cluster.message.Topic.Kind;
import io.kindred.cluster.pubsub.ChangedKeys;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** SUBSCRIBE, PUBLISH and what belongs to them. */
final class PubSubCommands {
    private static final Reply NODES_ONLY = Reply.error("ERR nodes tell each other on this channel");
    private static final String GROUP = "pubsub";
    private static final String NOT_KEY = "not_key";

    private final PubSub pubSub;

    PubSubCommands(PubSub pubSub) {
        this.pubSub = pubSub;
    }

    void register(CommandTable.Builder table) {
        subscribe(table, "subscribe", Kind.CHANNEL, "2.0.0", "Subscribes to channels.");
        subscribe(table, "psubscribe", Kind.PATTERN, "2.0.0", "Subscribes to all channels that match patterns.");
        subscribe(table, "ssubscribe", Kind.SHARD_CHANNEL, "7.0.0", "Subscribes to shard channels.");
        unsubscribe(table, "unsubscribe", Kind.CHANNEL, "2.0.0", "Leaves channels.");
        unsubscribe(table, "punsubscribe", Kind.PATTERN, "2.0.0", "Leaves patterns.");
        unsubscribe(table, "sunsubscribe", Kind.SHARD_CHANNEL, "7.0.0", "Leaves shard channels.");
        publish(table, "publish", Kind.CHANNEL, "2.0.0", "Tells all who have subscribed to a channel, at any node.");
        publish(table, "spublish", Kind.SHARD_CHANNEL, "7.0.0", "Tells all who have subscribed to a shard channel.");
        table.container(
                CommandSpec.named(GROUP, -2)
                        .docs(GROUP, "2.8.0", "Depends on subcommand.", "A container for Pub/Sub commands."),
                null,
                subcommands());
    }

    // --- subscribing ---

    private void subscribe(CommandTable.Builder table, String name, Kind kind, String since, String summary) {
        CommandSpec.Builder spec = CommandSpec.named(name, -2)
                .flags(PUBSUB, NOSCRIPT, LOADING, STALE, SUBSCRIBED)
                .docs(GROUP, since, "O(N), N channels", summary);
        Action.OfCluster action = (session, args, server, sink) -> subscribe(name, kind, session, args, sink);
        table.add(kind == Kind.SHARD_CHANNEL ? spec.keys(-1, 1, NOT_KEY) : spec, action);
    }

    private void subscribe(String name, Kind kind, Session session, byte[][] args, ReplySink sink) {
        List<Topic> wanted = topics(kind, args);
        if (wanted.contains(ChangedKeys.TOPIC)) {
            sink.complete(NODES_ONLY);
            return;
        }
        Subscriptions mine = session.subscriptions();
        int[] counts = counts(wanted, topic -> !mine.has(topic), mine.countBeside(kind), 1);
        pubSub.subscribe(mine, wanted, new Answer<Reply>() {
            @Override
            public void done(Reply reply) {
                confirm(name, wanted, counts, sink);
            }

            @Override
            public void failed(String error) {
                sink.complete(Reply.error(error));
            }
        });
    }

    private void unsubscribe(CommandTable.Builder table, String name, Kind kind, String since, String summary) {
        CommandSpec.Builder spec = CommandSpec.named(name, -1)
                .flags(PUBSUB, NOSCRIPT, LOADING, STALE, SUBSCRIBED)
                .docs(GROUP, since, "O(N), N channels", summary);
        Action.OfCluster action = (session, args, server, sink) -> unsubscribe(name, kind, session, args, sink);
        table.add(kind == Kind.SHARD_CHANNEL ? spec.keys(-1, 1, NOT_KEY) : spec, action);
    }

    private void unsubscribe(String name, Kind kind, Session session, byte[][] args, ReplySink sink) {
        Subscriptions mine = session.subscriptions();
        List<Topic> unwanted = args.length == 1 ? mine.all(kind) : topics(kind, args);
        if (unwanted.isEmpty()) {
            sink.complete(confirmation(name, Reply.NIL, mine.countBeside(kind)));
            return;
        }
        int[] counts = counts(unwanted, mine::has, mine.countBeside(kind), -1);
        pubSub.unsubscribe(mine, unwanted);
        confirm(name, unwanted, counts, sink);
    }

    /** What a client has subscribed to after each of these: those that change something change it once. */
    private static int[] counts(List<Topic> topics, Predicate<Topic> changes, int before, int change) {
        int[] counts = new int[topics.size()];
        Set<Topic> changed = new HashSet<>();
        int count = before;
        for (int i = 0; i < counts.length; i++) {
            Topic topic = topics.get(i);
            count += changes.test(topic) && changed.add(topic) ? change : 0;
            counts[i] = count;
        }
        return counts;
    }

    private static void confirm(String name, List<Topic> topics, int[] counts, ReplySink sink) {
        int last = counts.length - 1;
        for (int i = 0; i < last; i++) {
            sink.also(confirmation(name, Reply.bulk(topics.get(i).name()), counts[i]));
        }
        sink.complete(confirmation(name, Reply.bulk(topics.get(last).name()), counts[last]));
    }

    private static Reply confirmation(String name, Reply topic, int count) {
        return new Reply.Push(List.of(Reply.bulk(name), topic, Reply.integer(count)));
    }

    // --- publishing ---

    private void publish(CommandTable.Builder table, String name, Kind kind, String since, String summary) {
        CommandSpec.Builder spec = CommandSpec.named(name, 3)
                .flags(PUBSUB, LOADING, STALE, FAST, CommandSpec.Flag.MAY_REPLICATE)
                .docs(GROUP, since, "O(N+M), N subscribers and M patterns", summary);
        Action.OfNode action = (session, args, server) -> publish(new Topic(kind, args[1]), args[2]);
        table.add(kind == Kind.SHARD_CHANNEL ? spec.key(NOT_KEY) : spec, action);
    }

    private Reply publish(Topic topic, byte[] payload) {
        return topic.equals(ChangedKeys.TOPIC) ? NODES_ONLY : Reply.integer(pubSub.publish(topic, payload));
    }

    // --- looking ---

    private CommandTable.Builder subcommands() {
        CommandTable.Builder table = new CommandTable.Builder();
        look(
                table,
                "channels",
                "2.8.0",
                "Lists the channels that have subscribers here.",
                args -> names(Kind.CHANNEL, args));
        look(table, "numsub", "2.8.0", "Counts the subscribers of channels here.", args -> counts(Kind.CHANNEL, args));
        table.add(
                spec("numpat", 2, "2.8.0", "Counts the different patterns that have subscribers here."),
                (Action.OfNode) (session, args, server) -> Reply.integer(pubSub.count(Kind.PATTERN)));
        look(
                table,
                "shardchannels",
                "7.0.0",
                "Lists the shard channels that have subscribers here.",
                args -> names(Kind.SHARD_CHANNEL, args));
        look(
                table,
                "shardnumsub",
                "7.0.0",
                "Counts the subscribers of shard channels here.",
                args -> counts(Kind.SHARD_CHANNEL, args));
        table.add(
                HelpText.spec("pubsub|help", GROUP),
                HelpText.of(
                        "PUBSUB",
                        "CHANNELS [<pattern>]",
                        "Return the currently active channels matching a <pattern> (default: '*').",
                        "NUMPAT",
                        "Return number of subscriptions to patterns.",
                        "NUMSUB [<channel> ...]",
                        "Return the number of subscribers for the specified channels, excluding\n"
                                + "pattern subscriptions(default: no channels).",
                        "SHARDCHANNELS [<pattern>]",
                        "Return the currently active shard level channels matching a <pattern> (default: '*').",
                        "SHARDNUMSUB [<shardchannel> ...]",
                        "Return the number of subscribers for the specified shard level channel(s)"));
        return table;
    }

    /** What looks at the whole table, at once. */
    @FunctionalInterface
    private interface Look {
        Reply at(byte[][] args);
    }

    private static void look(CommandTable.Builder table, String name, String since, String summary, Look look) {
        table.add(spec(name, -2, since, summary), (Action.OfNode) (session, args, server) -> look.at(args));
    }

    private static CommandSpec.Builder spec(String name, int arity, String since, String summary) {
        return CommandSpec.named("pubsub|" + name, arity)
                .flags(PUBSUB, LOADING, STALE)
                .docs(GROUP, since, "O(N)", summary);
    }

    private Reply names(Kind kind, byte[][] args) {
        if (args.length > 3) {
            return Reply.error("ERR unknown subcommand or wrong number of arguments for '" + Ascii.shown(args[1], 128)
                    + "'. Try PUBSUB HELP.");
        }
        byte @Nullable [] pattern = args.length == 3 ? args[2] : null;
        return Reply.array(pubSub.names(kind, pattern).stream().map(Reply::bulk).toList());
    }

    private Reply counts(Kind kind, byte[][] args) {
        List<Reply> counts = new ArrayList<>();
        for (int i = 2; i < args.length; i++) {
            counts.add(Reply.bulk(args[i]));
            counts.add(Reply.integer(pubSub.listeners(new Topic(kind, args[i]))));
        }
        return Reply.array(counts);
    }

    private static List<Topic> topics(Kind kind, byte[][] args) {
        List<Topic> topics = new ArrayList<>(args.length - 1);
        for (int i = 1; i < args.length; i++) {
            topics.add(new Topic(kind, args[i]));
        }
        return topics;
    }
}
