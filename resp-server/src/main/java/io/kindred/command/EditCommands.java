package io.kindred.command;

import static io.kindred.command.CommandSpec.Flag.DENYOOM;
import static io.kindred.command.CommandSpec.Flag.FAST;
import static io.kindred.command.CommandSpec.Flag.WRITE;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.quorum.UpdateFunction.Current;
import io.kindred.cluster.quorum.UpdateFunction.Result;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** APPEND, SETRANGE, GETDEL, GETEX. */
final class EditCommands {
    private static final byte[] NOTHING = new byte[0];

    private EditCommands() {}

    static void register(CommandTable.Builder table, Settings settings) {
        table.add(
                CommandSpec.named("append", 3)
                        .flags(WRITE, DENYOOM, FAST)
                        .key("RW", "insert")
                        .docs("string", "2.0.0", "O(N), N the length of the result", "Adds to the end of a value."),
                new Append(settings));
        table.add(
                CommandSpec.named("setrange", 4)
                        .flags(WRITE, DENYOOM)
                        .key("RW", "update")
                        .docs(
                                "string",
                                "2.2.0",
                                "O(N), N the length of the result",
                                "Overwrites a part of a value, from an offset on."),
                new SetRange(settings));
        table.add(
                CommandSpec.named("getdel", 2)
                        .flags(WRITE, FAST)
                        .key("RW", "access", "delete")
                        .docs("string", "6.2.0", "O(1)", "Returns the value of a key and deletes the key."),
                new GetDel());
        table.add(
                CommandSpec.named("getex", -2)
                        .flags(WRITE, FAST)
                        .key("RW", "access", "update")
                        .docs("string", "6.2.0", "O(1)", "Returns the value of a key and sets or removes its expiry."),
                new GetEx());
    }

    private record Append(Settings settings) implements UpdateAction {
        @Override
        public Result apply(byte[][] args, @Nullable Current current, long nowMillis) {
            byte[] old = current == null ? NOTHING : current.value();
            long length = (long) old.length + args[2].length;
            if (length > settings.valueBytesMax()) {
                return Result.unchanged(Errors.TOO_LONG);
            }
            byte[] all = Arrays.copyOf(old, (int) length);
            System.arraycopy(args[2], 0, all, old.length, args[2].length);
            return Result.write(Reply.integer(length), all, expiryOf(current));
        }
    }

    private record SetRange(Settings settings) implements UpdateAction {
        @Override
        public @Nullable Reply check(byte[][] args, long nowMillis) {
            if (!Numbers.isLong(args[2])) {
                return Errors.NOT_AN_INTEGER;
            }
            return Numbers.toLong(args[2]) < 0 ? Errors.OFFSET_OUT_OF_RANGE : null;
        }

        @Override
        public Result apply(byte[][] args, @Nullable Current current, long nowMillis) {
            Reply error = check(args, nowMillis);
            if (error != null) {
                return Result.unchanged(error);
            }
            byte[] old = current == null ? NOTHING : current.value();
            if (args[3].length == 0) {
                return Result.unchanged(Reply.integer(old.length));
            }
            long offset = Numbers.toLong(args[2]);
            if (offset > settings.valueBytesMax() - (long) args[3].length) {
                return Result.unchanged(Errors.TOO_LONG);
            }
            byte[] all = Arrays.copyOf(old, Math.max(old.length, (int) offset + args[3].length));
            System.arraycopy(args[3], 0, all, (int) offset, args[3].length);
            return Result.write(Reply.integer(all.length), all, expiryOf(current));
        }
    }

    private record GetDel() implements UpdateAction {
        @Override
        public Result apply(byte[][] args, @Nullable Current current, long nowMillis) {
            return current == null ? Result.unchanged(Reply.NIL) : Result.delete(Reply.bulk(current.value()));
        }
    }

    /** Without options it only reads. The expiry's number is looked at only where there is a key, as in Redis. */
    private record GetEx() implements UpdateAction {
        private static final GetCommands.Get GET = new GetCommands.Get();

        @Override
        public @Nullable Reply check(byte[][] args, long nowMillis) {
            return SetOptions.ofGetEx(args) == null ? Errors.SYNTAX : null;
        }

        @Override
        public @Nullable Operation plan(KeyRequest request) {
            return request.args().length == 2 ? GET.plan(request) : UpdateAction.super.plan(request);
        }

        @Override
        public Reply reply(Outcome outcome, KeyRequest request) {
            return outcome instanceof Outcome.Found ? GET.reply(outcome, request) : Outcomes.updated(outcome);
        }

        @Override
        public Result apply(byte[][] args, @Nullable Current current, long nowMillis) {
            SetOptions options = SetOptions.ofGetEx(args);
            if (options == null) {
                return Result.unchanged(Errors.SYNTAX);
            }
            if (current == null) {
                return Result.unchanged(Reply.NIL);
            }
            Reply value = Reply.bulk(current.value());
            if (options.persist()) {
                return current.expireAtMillis() == Expiry.NONE
                        ? Result.unchanged(value)
                        : Result.write(value, current.value(), Expiry.NONE);
            }
            long expireAtMillis = options.expireAtMillis(args, nowMillis);
            if (options.isError(expireAtMillis)) {
                return Result.unchanged(Expiry.error(expireAtMillis, "getex"));
            }
            if (options.expiry() == null) {
                return Result.unchanged(value);
            }
            return expireAtMillis <= nowMillis
                    ? Result.delete(value)
                    : Result.write(value, current.value(), expireAtMillis);
        }
    }

    private static long expiryOf(@Nullable Current current) {
        return current == null ? Expiry.NONE : current.expireAtMillis();
    }
}
