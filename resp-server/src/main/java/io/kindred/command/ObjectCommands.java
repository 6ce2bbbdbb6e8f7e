package io.kindred.command;

import static io.kindred.command.CommandSpec.Flag.READONLY;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.quorum.UpdateFunction.Current;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;
import org.jspecify.annotations.Nullable;

/** OBJECT ENCODING, REFCOUNT, FREQ and MEMORY USAGE: what tools ask of one key. No access times are kept. */
final class ObjectCommands {
    /** Redis keeps a string of up to this length inside its object. */
    private static final int EMBEDDED_BYTES_MAX = 44;

    private static final Reply NO_FREQUENCY =
            Reply.error("ERR An LFU maxmemory policy is not selected, access frequency "
                    + "not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some "
                    + "time to adjust.");

    private ObjectCommands() {}

    static void register(CommandTable.Builder table) {
        CommandTable.Builder object = new CommandTable.Builder();
        object.add(
                objectSpec("encoding", "2.2.3", "Says how Redis would hold a value: int, embstr or raw."),
                new OfObject(ObjectCommands::encoding));
        object.add(
                objectSpec("refcount", "2.2.3", "Counts the references to a value: one."),
                new OfObject(current -> Reply.ONE));
        object.add(
                objectSpec("freq", "4.0.0", "Access frequencies are not kept: an error."),
                new OfObject(current -> NO_FREQUENCY));
        object.add(
                HelpText.spec("object|help", "generic").categories("keyspace"),
                HelpText.of(
                        "OBJECT",
                        "ENCODING <key>",
                        "Return the kind of representation that Redis would use for the value.",
                        "FREQ <key>",
                        "Return an error: access frequencies are not tracked.",
                        "REFCOUNT <key>",
                        "Return 1 for a key that exists."));
        table.container(
                CommandSpec.named("object", -2)
                        .docs("generic", "2.2.3", "Depends on subcommand.", "Looks at how a value is held."),
                null,
                object);
        CommandTable.Builder memory = new CommandTable.Builder();
        memory.add(
                CommandSpec.named("memory|usage", -3)
                        .flags(READONLY)
                        .keyAt(2, "RO")
                        .docs("server", "4.0.0", "O(1)", "Estimates the bytes that a key takes on one replica."),
                new MemoryUsage());
        memory.add(
                HelpText.spec("memory|help", "server"),
                HelpText.of(
                        "MEMORY",
                        "USAGE <key> [SAMPLES <count>]",
                        "Return the bytes that <key>, its siblings and their clock take on one replica."));
        table.container(
                CommandSpec.named("memory", -2)
                        .docs("server", "4.0.0", "Depends on subcommand.", "Looks at the use of memory."),
                null,
                memory);
    }

    private static CommandSpec.Builder objectSpec(String word, String since, String summary) {
        return CommandSpec.named("object|" + word, 3)
                .flags(READONLY)
                .keyAt(2, "RO")
                .docs("generic", since, "O(1)", summary)
                .tips("nondeterministic_output");
    }

    private static Reply encoding(Current current) {
        if (Numbers.isLong(current.value())) {
            return Reply.bulk("int");
        }
        return Reply.bulk(current.value().length <= EMBEDDED_BYTES_MAX ? "embstr" : "raw");
    }

    private interface Look {
        Reply at(Current current);
    }

    private record OfObject(Look look) implements Action.OfKey {
        @Override
        public @Nullable Operation plan(KeyRequest request) {
            return new Operation.Get(request.db(), request.args()[2]);
        }

        @Override
        public Reply reply(Outcome outcome, KeyRequest request) {
            Current live = request.live(outcome);
            return live == null ? Reply.NIL : look.at(live);
        }
    }

    private record MemoryUsage() implements Action.OfKey {
        /** A record's headers, table entry and clock entry, roughly. */
        private static final int OVERHEAD_BYTES = 64;

        private static final int CLOCK_ENTRY_BYTES = 28;

        @Override
        public @Nullable Operation plan(KeyRequest request) {
            byte[][] args = request.args();
            for (int i = 3; i < args.length; i += 2) {
                if (!Ascii.is(args[i], "samples") || i + 1 == args.length) {
                    return request.refuse(Errors.SYNTAX);
                }
                if (!Numbers.isLong(args[i + 1])) {
                    return request.refuse(Errors.NOT_AN_INTEGER);
                }
                if (Numbers.toLong(args[i + 1]) < 0) {
                    return request.refuse(Errors.SYNTAX);
                }
            }
            return new Operation.Get(request.db(), args[2]);
        }

        @Override
        public Reply reply(Outcome outcome, KeyRequest request) {
            if (request.live(outcome) == null) {
                return Reply.NIL;
            }
            Versions versions = Outcomes.found(outcome);
            long bytes = OVERHEAD_BYTES
                    + request.args()[2].length
                    + (long) CLOCK_ENTRY_BYTES * versions.clock().entries();
            for (Sibling sibling : versions.siblings()) {
                byte[] value = sibling.value();
                bytes += OVERHEAD_BYTES + (value == null ? 0 : value.length);
            }
            return Reply.integer(bytes);
        }
    }
}
