package io.kindred.command;

import static io.kindred.command.CommandSpec.Flag.FAST;
import static io.kindred.command.CommandSpec.Flag.READONLY;

import io.kindred.cluster.message.Reply;
import io.kindred.cluster.quorum.UpdateFunction.Current;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** GET, STRLEN, GETRANGE and its old name SUBSTR. */
final class GetCommands {
    private static final Reply EMPTY = Reply.bulk(new byte[0]);

    private GetCommands() {}

    static void register(CommandTable.Builder table) {
        table.add(
                CommandSpec.named("get", 2)
                        .flags(READONLY, FAST)
                        .key("RO", "access")
                        .docs("string", "1.0.0", "O(1)", "Returns the value of a key."),
                new Get());
        table.add(
                CommandSpec.named("strlen", 2)
                        .flags(READONLY, FAST)
                        .key("RO")
                        .docs("string", "2.2.0", "O(1)", "Returns the length of a value."),
                new StrLen());
        table.add(
                CommandSpec.named("getrange", 4)
                        .flags(READONLY)
                        .key("RO", "access")
                        .docs(
                                "string",
                                "2.4.0",
                                "O(N), N the length of what is returned",
                                "Returns a part of a value."),
                new GetRange());
        table.add(
                CommandSpec.named("substr", 4)
                        .flags(READONLY)
                        .key("RO", "access")
                        .docs("string", "1.0.0", "O(N), N the length of what is returned", "The old name of GETRANGE."),
                new GetRange());
    }

    record Get() implements ReadAction {
        @Override
        public boolean showsValue() {
            return true;
        }

        @Override
        public Reply show(byte[][] args, @Nullable Current live, long nowMillis) {
            return bulk(live);
        }
    }

    private record StrLen() implements ReadAction {
        @Override
        public boolean showsValue() {
            return true;
        }

        @Override
        public Reply show(byte[][] args, @Nullable Current live, long nowMillis) {
            return live == null ? Reply.ZERO : Reply.integer(live.value().length);
        }
    }

    private record GetRange() implements ReadAction {
        @Override
        public boolean showsValue() {
            return true;
        }

        @Override
        public @Nullable Reply check(byte[][] args) {
            return Numbers.isLong(args[2]) && Numbers.isLong(args[3]) ? null : Errors.NOT_AN_INTEGER;
        }

        @Override
        public Reply show(byte[][] args, @Nullable Current live, long nowMillis) {
            if (live == null) {
                return EMPTY;
            }
            return range(live.value(), Numbers.toLong(args[2]), Numbers.toLong(args[3]));
        }
    }

    static Reply bulk(@Nullable Current live) {
        return live == null ? Reply.NIL : Reply.bulk(live.value());
    }

    /** Both ends count; negative ones count from the end, where -1 is the last byte. */
    private static Reply range(byte[] value, long start, long end) {
        if (start < 0 && end < 0 && start > end) {
            return EMPTY;
        }
        long from = Math.max(0, start < 0 ? value.length + start : start);
        long to = Math.max(0, end < 0 ? value.length + end : end);
        to = Math.min(to, value.length - 1L);
        return from > to ? EMPTY : Reply.bulk(Arrays.copyOfRange(value, (int) from, (int) to + 1));
    }
}
