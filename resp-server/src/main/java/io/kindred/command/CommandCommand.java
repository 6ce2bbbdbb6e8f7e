package io.kindred.command;

import static io.kindred.command.CommandSpec.Flag.LOADING;
import static io.kindred.command.CommandSpec.Flag.STALE;

import io.kindred.cluster.keyspace.Glob;
import io.kindred.cluster.message.Reply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** COMMAND and its subcommands: the table, as clients ask for it. */
final class CommandCommand {
    private static final Reply UNKNOWN = Reply.error("ERR Invalid command specified");
    private static final Reply NO_KEYS = Reply.error("ERR The command has no key arguments");
    private static final Reply WRONG_COUNT = Reply.error("ERR Invalid number of arguments specified for command");

    private CommandCommand() {}

    static void register(CommandTable.Builder table) {
        CommandTable.Builder sub = new CommandTable.Builder();
        sub.add(spec("command|count", 2, "Counts the commands."), (Action.OfSession) (session, args, server) ->
                Reply.integer(server.commands().specs().size()));
        sub.add(
                spec("command|info", -2, "Describes commands as arrays.").tips("nondeterministic_output_order"),
                (Action.OfSession) CommandCommand::info);
        sub.add(
                spec("command|docs", -2, "Documents commands.").tips("nondeterministic_output_order"),
                (Action.OfSession) CommandCommand::docs);
        sub.add(
                spec("command|list", -2, "Lists the names of commands.").tips("nondeterministic_output_order"),
                (Action.OfSession) CommandCommand::list);
        sub.add(spec("command|getkeys", -4, "Extracts the keys of a command."), (Action.OfSession)
                CommandCommand::getKeys);
        sub.add(
                spec("command|getkeysandflags", -4, "Extracts the keys of a command, and what it does with each."),
                (Action.OfSession) CommandCommand::getKeysAndFlags);
        sub.add(
                HelpText.spec("command|help", "server").categories("connection"),
                HelpText.of(
                        "COMMAND",
                        "(no subcommand)",
                        "Return details about all commands.",
                        "COUNT",
                        "Return the total number of commands in this server.",
                        "LIST [FILTERBY ACLCAT|PATTERN|MODULE <value>]",
                        "Return a list of all commands in this server.",
                        "INFO [<command-name> ...]",
                        "Return details about multiple commands.",
                        "DOCS [<command-name> ...]",
                        "Return documentation details about multiple commands.",
                        "GETKEYS <full-command>",
                        "Return the keys from a full command.",
                        "GETKEYSANDFLAGS <full-command>",
                        "Return the keys and the access flags from a full command."));
        table.container(
                spec("command", -1, "Describes all commands.").tips("nondeterministic_output_order"),
                (Action.OfSession) CommandCommand::info,
                sub);
    }

    private static CommandSpec.Builder spec(String name, int arity, String summary) {
        return CommandSpec.named(name, arity)
                .flags(LOADING, STALE)
                .docs("server", "2.8.13", "O(N), N commands", summary)
                .categories("connection");
    }

    /** All of them, or null for each name that is none. */
    private static Reply info(Session session, byte[][] args, ServerView server) {
        List<Reply> rows = new ArrayList<>();
        if (args.length <= 2) {
            server.commands().specs().forEach(spec -> rows.add(CommandInfo.row(spec)));
        }
        for (int i = 2; i < args.length; i++) {
            CommandTable.Command command = server.commands().named(args[i]);
            rows.add(command == null ? Reply.NIL : CommandInfo.row(command.spec()));
        }
        return Reply.array(rows);
    }

    private static Reply docs(Session session, byte[][] args, ServerView server) {
        List<Reply> pairs = new ArrayList<>();
        if (args.length == 2) {
            server.commands().specs().forEach(spec -> CommandInfo.addDocs(pairs, spec));
        }
        for (int i = 2; i < args.length; i++) {
            CommandTable.Command command = server.commands().named(args[i]);
            if (command != null) {
                CommandInfo.addDocs(pairs, command.spec());
            }
        }
        return new Reply.Pairs(pairs);
    }

    private static Reply list(Session session, byte[][] args, ServerView server) {
        if (args.length == 2) {
            return names(server.commands().specs(), spec -> true);
        }
        if (args.length != 5 || !Ascii.is(args[2], "filterby")) {
            return Errors.SYNTAX;
        }
        return switch (Ascii.lower(args[3])) {
            case "module" -> Reply.EMPTY_ARRAY;
            case "aclcat" ->
                names(
                        server.commands().specs(),
                        spec -> CommandInfo.categories(spec).contains(Ascii.lower(args[4])));
            case "pattern" ->
                names(
                        server.commands().specs(),
                        spec -> Glob.matchesIgnoringCase(args[4], spec.name().getBytes(StandardCharsets.UTF_8)));
            default -> Errors.SYNTAX;
        };
    }

    private static Reply names(List<CommandSpec> specs, Predicate<CommandSpec> filter) {
        List<Reply> names = new ArrayList<>();
        for (CommandSpec spec : specs) {
            addName(names, spec, filter);
            spec.subcommands().forEach(subcommand -> addName(names, subcommand, filter));
        }
        return new Reply.Unordered(names);
    }

    private static void addName(List<Reply> names, CommandSpec spec, Predicate<CommandSpec> filter) {
        if (filter.test(spec)) {
            names.add(Reply.bulk(spec.name()));
        }
    }

    private static Reply getKeys(Session session, byte[][] args, ServerView server) {
        return keys(args, server, (spec, line, key) -> key);
    }

    private static Reply getKeysAndFlags(Session session, byte[][] args, ServerView server) {
        return keys(args, server, (spec, line, key) -> Reply.array(List.of(key, CommandInfo.access(spec, line))));
    }

    /** What is told of each key. */
    private interface Shown {
        Reply of(CommandSpec spec, byte[][] line, Reply key);
    }

    private static Reply keys(byte[][] args, ServerView server, Shown shown) {
        byte[][] line = new byte[args.length - 2][];
        System.arraycopy(args, 2, line, 0, line.length);
        CommandTable.Command command = server.commands().lookup(line);
        if (command == null) {
            return UNKNOWN;
        }
        CommandSpec.KeyPositions keys = command.spec().keys();
        if (keys == null) {
            return NO_KEYS;
        }
        if (!command.spec().fits(line.length)) {
            return WRONG_COUNT;
        }
        List<Reply> found = new ArrayList<>();
        for (int i = 0; i < keys.count(line); i++) {
            found.add(shown.of(command.spec(), line, Reply.bulk(line[keys.at(i)])));
        }
        return Reply.array(found);
    }
}
