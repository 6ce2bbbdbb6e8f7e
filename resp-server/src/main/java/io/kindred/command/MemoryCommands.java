package io.kindred.command;

import static io.kindred.command.CommandSpec.Flag.READONLY;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** MEMORY USAGE, STATS and DOCTOR. */
final class MemoryCommands {
    /** Of the heap: past so much of it collections begin to cost. */
    private static final double MUCH = 0.9;

    private MemoryCommands() {}

    static void register(CommandTable.Builder table) {
        CommandTable.Builder memory = new CommandTable.Builder();
        memory.add(
                CommandSpec.named("memory|usage", -3)
                        .flags(READONLY)
                        .keyAt(2, "RO")
                        .docs("server", "4.0.0", "O(1)", "Estimates the bytes that a key takes on one replica."),
                new MemoryUsage());
        memory.add(look("stats", "Tells what the process takes of the machine's memory."), (Action.OfSession)
                (session, args, server) -> stats());
        memory.add(look("doctor", "Says in words how the process is off for memory."), (Action.OfSession)
                (session, args, server) -> doctor());
        memory.add(
                HelpText.spec("memory|help", "server"),
                HelpText.of(
                        "MEMORY",
                        "DOCTOR",
                        "Return in words how the process is off for memory.",
                        "STATS",
                        "Return the bytes of the JVM's heap and of what it takes beside it.",
                        "USAGE <key> [SAMPLES <count>]",
                        "Return the bytes that <key>, its siblings and their clock take on one replica."));
        table.container(
                CommandSpec.named("memory", -2)
                        .docs("server", "4.0.0", "Depends on subcommand.", "Looks at the use of memory."),
                null,
                memory);
    }

    private static CommandSpec.Builder look(String word, String summary) {
        return CommandSpec.named("memory|" + word, 2)
                .docs("server", "4.0.0", "O(1)", summary)
                .tips("nondeterministic_output", "request_policy:all_shards", "response_policy:special");
    }

    private static Reply stats() {
        java.lang.management.MemoryUsage heap =
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        long beside =
                ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage().getUsed();
        return new Reply.Pairs(List.of(
                Reply.bulk("total.allocated"),
                Reply.integer(heap.getUsed() + beside),
                Reply.bulk("heap.used"),
                Reply.integer(heap.getUsed()),
                Reply.bulk("heap.committed"),
                Reply.integer(heap.getCommitted()),
                Reply.bulk("heap.max"),
                Reply.integer(heap.getMax()),
                Reply.bulk("nonheap.used"),
                Reply.integer(beside)));
    }

    private static Reply doctor() {
        java.lang.management.MemoryUsage heap =
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        String text = "The heap holds " + (heap.getUsed() >> 20) + " of " + (heap.getMax() >> 20) + " MB, what nobody"
                + " refers to any more included. ";
        text += heap.getUsed() > MUCH * heap.getMax()
                ? "That is much: give the process more with KINDRED_HEAP, or lower memtable-bytes and row-cache-bytes."
                : "That is well.";
        return new Reply.Verbatim("txt", (text + "\n").getBytes(StandardCharsets.UTF_8));
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
