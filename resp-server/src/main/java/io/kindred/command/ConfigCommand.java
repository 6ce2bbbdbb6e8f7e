package io.kindred.command;

import static io.kindred.command.CommandSpec.Flag.ADMIN;
import static io.kindred.command.CommandSpec.Flag.LOADING;
import static io.kindred.command.CommandSpec.Flag.NOSCRIPT;
import static io.kindred.command.CommandSpec.Flag.STALE;

import io.kindred.cluster.message.Reply;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** CONFIG GET, SET, RESETSTAT, REWRITE. */
final class ConfigCommand {
    private ConfigCommand() {}

    static void register(CommandTable.Builder table) {
        CommandTable.Builder config = new CommandTable.Builder();
        config.add(spec("config|get", -3, "Returns the directives whose names match patterns."), (Action.OfSession)
                ConfigCommand::get);
        config.add(
                spec("config|set", -4, "Sets directives, all of them or none."), (Action.OfCluster) ConfigCommand::set);
        config.add(spec("config|resetstat", 2, "Sets the statistics of INFO to zero."), (Action.OfNode)
                (session, args, server) -> {
                    server.config().resetStatistics();
                    return Reply.OK;
                });
        config.add(
                spec("config|rewrite", 2, "Writes the directives to the file that the node was started with."),
                (Action.OfSession)
                        (session, args, server) -> okOr(server.config().rewrite()));
        config.add(
                HelpText.spec("config|help", "server"),
                HelpText.of(
                        "CONFIG",
                        "GET <pattern>",
                        "Return parameters matching the glob-like <pattern> and their values.",
                        "SET <directive> <value>",
                        "Set the configuration <directive> to <value>.",
                        "RESETSTAT",
                        "Reset statistics reported by the INFO command.",
                        "REWRITE",
                        "Rewrite the configuration file."));
        table.container(
                CommandSpec.named("config", -2)
                        .docs("server", "2.0.0", "Depends on subcommand.", "Reads and sets the directives."),
                null,
                config);
    }

    private static CommandSpec.Builder spec(String name, int arity, String summary) {
        return CommandSpec.named(name, arity)
                .flags(ADMIN, NOSCRIPT, LOADING, STALE)
                .docs("server", "2.0.0", "O(N), N directives", summary);
    }

    private static Reply get(Session session, byte[][] args, ServerView server) {
        List<String> patterns = new ArrayList<>();
        for (int i = 2; i < args.length; i++) {
            patterns.add(Ascii.lower(args[i]));
        }
        List<Reply> pairs = new ArrayList<>();
        server.config().get(patterns).forEach((name, value) -> {
            pairs.add(Reply.bulk(name));
            pairs.add(Reply.bulk(value));
        });
        return new Reply.Pairs(pairs);
    }

    private static void set(Session session, byte[][] args, ServerView server, ReplySink sink) {
        if (args.length % 2 != 0) {
            sink.complete(Errors.SYNTAX);
            return;
        }
        Map<String, String> changes = new LinkedHashMap<>();
        for (int i = 2; i < args.length; i += 2) {
            String name = Ascii.lower(args[i]);
            if (changes.put(name, Ascii.text(args[i + 1])) != null) {
                sink.complete(Reply.error(
                        "ERR CONFIG SET failed (possibly related to argument '" + name + "') - duplicate parameter"));
                return;
            }
        }
        server.config().set(changes, error -> sink.complete(okOr(error)));
    }

    private static Reply okOr(@Nullable String error) {
        return error == null ? Reply.OK : Reply.error(error);
    }
}
