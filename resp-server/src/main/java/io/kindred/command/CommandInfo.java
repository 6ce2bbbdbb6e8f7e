package io.kindred.command;

import io.kindred.cluster.message.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** A spec in the shapes that Redis 7's COMMAND INFO and COMMAND DOCS give it. */
final class CommandInfo {
    /** In the order in which Redis lists them. */
    private static final List<String> CATEGORIES = List.of(
            "keyspace",
            "read",
            "write",
            "string",
            "pubsub",
            "admin",
            "fast",
            "slow",
            "blocking",
            "dangerous",
            "connection",
            "transaction",
            "scripting");

    private CommandInfo() {}

    static Reply row(CommandSpec spec) {
        CommandSpec.KeyPositions keys = spec.keys();
        CommandSpec.KeyPositions fixed = keys == null || keys.areByNumber() ? null : keys;
        return Reply.array(List.of(
                Reply.bulk(spec.name()),
                Reply.integer(spec.arity()),
                statuses(spec.flags().stream()
                        .filter(CommandSpec.Flag::isListed)
                        .map(CommandSpec.Flag::text)
                        .toList()),
                Reply.integer(fixed == null ? 0 : fixed.first()),
                Reply.integer(fixed == null ? 0 : fixed.last()),
                Reply.integer(fixed == null ? 0 : fixed.step()),
                statuses(categories(spec).stream().map(name -> "@" + name).toList()),
                new Reply.Unordered(spec.tips().stream().map(Reply::bulk).toList()),
                new Reply.Unordered(keys == null ? List.of() : List.of(keySpec(keys))),
                Reply.array(spec.subcommands().stream().map(CommandInfo::row).toList())));
    }

    /** Some follow from the flags and the group; the others are in the spec. */
    static List<String> categories(CommandSpec spec) {
        Set<String> all = new TreeSet<>(spec.categories());
        add(all, "string", spec.docs().group().equals("string"));
        add(all, "connection", spec.docs().group().equals("connection"));
        add(all, "transaction", spec.docs().group().equals("transactions"));
        add(
                all,
                "scripting",
                spec.docs().group().equals("scripting") && spec.subcommands().isEmpty());
        add(all, "keyspace", spec.docs().group().equals("generic") && spec.keys() != null);
        add(all, "read", spec.has(CommandSpec.Flag.READONLY));
        add(all, "write", spec.has(CommandSpec.Flag.WRITE));
        add(all, "pubsub", spec.has(CommandSpec.Flag.PUBSUB));
        add(all, "admin", spec.has(CommandSpec.Flag.ADMIN));
        add(all, "dangerous", spec.has(CommandSpec.Flag.ADMIN));
        add(all, "blocking", spec.has(CommandSpec.Flag.BLOCKING));
        add(all, spec.has(CommandSpec.Flag.FAST) ? "fast" : "slow", true);
        return CATEGORIES.stream().filter(all::contains).toList();
    }

    private static void add(Set<String> all, String category, boolean applies) {
        if (applies) {
            all.add(category);
        }
    }

    private static Reply statuses(List<String> words) {
        return new Reply.Unordered(words.stream().map(Reply.Simple::new).collect(Collectors.toUnmodifiableList()));
    }

    /** What a command does with its keys. SET is the one whose options change it. */
    static Reply access(CommandSpec spec, byte[][] args) {
        List<String> words = new ArrayList<>(spec.keyPositions().access());
        if (words.remove("variable_flags") && spec.name().equals("set")) {
            boolean gets = false;
            for (int i = 3; i < args.length; i++) {
                gets |= Ascii.is(args[i], "get");
            }
            words = gets ? List.of("RW", "access", "update") : List.of("OW", "update");
        }
        return statuses(words);
    }

    /** Its last key is counted from its first: -1 is the last argument, else how far the last is from the first. */
    private static Reply keySpec(CommandSpec.KeyPositions keys) {
        if (keys.areByNumber()) {
            return keysBehindNumber(keys);
        }
        int last = keys.last() < 0 ? keys.last() : keys.last() - keys.first();
        Reply search = map("type", Reply.bulk("index"), "spec", map("index", Reply.integer(keys.first())));
        Reply range =
                map("lastkey", Reply.integer(last), "keystep", Reply.integer(keys.step()), "limit", Reply.integer(0));
        Reply find = map("type", Reply.bulk("range"), "spec", range);
        return map("flags", statuses(keys.access()), "begin_search", search, "find_keys", find);
    }

    private static Reply keysBehindNumber(CommandSpec.KeyPositions keys) {
        Reply search = map("type", Reply.bulk("index"), "spec", map("index", Reply.integer(keys.first() - 1)));
        Reply number =
                map("keynumidx", Reply.integer(0), "firstkey", Reply.integer(1), "keystep", Reply.integer(keys.step()));
        Reply find = map("type", Reply.bulk("keynum"), "spec", number);
        return map("flags", statuses(keys.access()), "begin_search", search, "find_keys", find);
    }

    static void addDocs(List<Reply> pairs, CommandSpec spec) {
        CommandSpec.Docs docs = spec.docs();
        List<Reply> entry = new ArrayList<>();
        addText(entry, "summary", docs.summary());
        addText(entry, "since", docs.since());
        addText(entry, "group", docs.group());
        addText(entry, "complexity", docs.complexity());
        List<Argument> arguments = CommandArguments.of(spec.name());
        if (!arguments.isEmpty()) {
            entry.add(Reply.bulk("arguments"));
            entry.add(arguments(arguments));
        }
        if (!spec.subcommands().isEmpty()) {
            List<Reply> subcommands = new ArrayList<>();
            spec.subcommands().forEach(subcommand -> addDocs(subcommands, subcommand));
            entry.add(Reply.bulk("subcommands"));
            entry.add(new Reply.Pairs(subcommands));
        }
        pairs.add(Reply.bulk(spec.name()));
        pairs.add(new Reply.Pairs(entry));
    }

    private static Reply arguments(List<Argument> arguments) {
        return Reply.array(arguments.stream().map(CommandInfo::argument).toList());
    }

    private static Reply argument(Argument argument) {
        List<Reply> entry = new ArrayList<>();
        addText(entry, "name", argument.name());
        addText(entry, "type", argument.type().text());
        if (argument.parts().isEmpty() && argument.type() != Argument.Type.PURE_TOKEN) {
            addText(entry, "display_text", argument.name());
        }
        if (argument.type() == Argument.Type.KEY) {
            entry.add(Reply.bulk("key_spec_index"));
            entry.add(Reply.integer(0));
        }
        if (argument.token() != null) {
            addText(entry, "token", argument.token());
        }
        List<String> flags = new ArrayList<>();
        if (argument.optional()) {
            flags.add("optional");
        }
        if (argument.multiple()) {
            flags.add("multiple");
        }
        if (!flags.isEmpty()) {
            entry.add(Reply.bulk("flags"));
            entry.add(statuses(flags));
        }
        if (!argument.parts().isEmpty()) {
            entry.add(Reply.bulk("arguments"));
            entry.add(arguments(argument.parts()));
        }
        return new Reply.Pairs(entry);
    }

    private static void addText(List<Reply> entry, String name, String text) {
        entry.add(Reply.bulk(name));
        entry.add(Reply.bulk(text));
    }

    private static Reply map(Object... namesAndReplies) {
        List<Reply> pairs = new ArrayList<>(namesAndReplies.length);
        for (Object item : namesAndReplies) {
            pairs.add(item instanceof Reply reply ? reply : Reply.bulk((String) item));
        }
        return new Reply.Pairs(pairs);
    }
}
