package io.kindred.command;

import static io.kindred.command.CommandSpec.Flag.READONLY;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.quorum.UpdateFunction.Current;
import io.kindred.cluster.version.HybridClock;
import io.kindred.cluster.version.Sibling;
import org.jspecify.annotations.Nullable;

/** OBJECT ENCODING, REFCOUNT, FREQ and IDLETIME: what tools ask of one key. No access times are kept. */
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
                objectSpec("idletime", "2.2.3", "Counts the seconds since the key was last written."), new IdleTime());
        object.add(
                HelpText.spec("object|help", "generic").categories("keyspace"),
                HelpText.of(
                        "OBJECT",
                        "ENCODING <key>",
                        "Return the kind of representation that Redis would use for the value.",
                        "FREQ <key>",
                        "Return an error: access frequencies are not tracked.",
                        "IDLETIME <key>",
                        "Return the seconds since the key was last written: reads are not tracked.",
                        "REFCOUNT <key>",
                        "Return 1 for a key that exists."));
        table.container(
                CommandSpec.named("object", -2)
                        .docs("generic", "2.2.3", "Depends on subcommand.", "Looks at how a value is held."),
                null,
                object);
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

    private record OfObject(Look look) implements Action.OfKey, KeysFunction {
        @Override
        public @Nullable Operation plan(KeyRequest request) {
            return new Operation.Get(request.db(), request.args()[2]);
        }

        @Override
        public Reply run(byte[][] args, KeyValues keys) {
            Current live = keys.get(args[2]);
            return live == null ? Reply.NIL : look.at(live);
        }

        @Override
        public Reply reply(Outcome outcome, KeyRequest request) {
            Current live = request.live(outcome);
            return live == null ? Reply.NIL : look.at(live);
        }
    }

    /** No access is noted, so a key is idle since it was written. */
    private record IdleTime() implements Action.OfKey {
        @Override
        public @Nullable Operation plan(KeyRequest request) {
            return new Operation.Get(request.db(), request.args()[2]);
        }

        @Override
        public Reply reply(Outcome outcome, KeyRequest request) {
            if (request.live(outcome) == null) {
                return Reply.NIL;
            }
            long writtenMillis = 0;
            for (Sibling sibling : Outcomes.found(outcome).siblings()) {
                writtenMillis = Math.max(writtenMillis, HybridClock.millis(sibling.stamp()));
            }
            return Reply.integer(Math.max(0, request.nowMillis() - writtenMillis) / 1000);
        }
    }
}
