package io.kindred.command;

import static io.kindred.command.CommandSpec.Flag.DENYOOM;
import static io.kindred.command.CommandSpec.Flag.FAST;
import static io.kindred.command.CommandSpec.Flag.WRITE;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.quorum.UpdateFunction.Current;
import io.kindred.cluster.quorum.UpdateFunction.Result;
import org.jspecify.annotations.Nullable;

/** SET and its older relatives on one key: SETNX, SETEX, PSETEX, GETSET. */
final class PutCommands {
    private PutCommands() {}

    static void register(CommandTable.Builder table, Settings settings) {
        SetCommand set = new SetCommand(settings);
        table.add(
                CommandSpec.named("set", -3)
                        .flags(WRITE, DENYOOM)
                        .key("RW", "access", "update", "variable_flags")
                        .docs("string", "1.0.0", "O(1)", "Sets the value of a key, whatever it held before."),
                set,
                set);
        table.add(
                CommandSpec.named("setnx", 3)
                        .flags(WRITE, DENYOOM, FAST)
                        .key("OW", "insert")
                        .docs("string", "1.0.0", "O(1)", "Sets the value of a key only if there is none."),
                new SetNx(settings));
        table.add(
                CommandSpec.named("setex", 4)
                        .flags(WRITE, DENYOOM)
                        .key("OW", "update")
                        .docs("string", "2.0.0", "O(1)", "Sets the value of a key and its time to live in seconds."),
                new SetEx(settings, Expiry.EX, "setex"));
        table.add(
                CommandSpec.named("psetex", 4)
                        .flags(WRITE, DENYOOM)
                        .key("OW", "update")
                        .docs(
                                "string",
                                "2.6.0",
                                "O(1)",
                                "Sets the value of a key and its time to live in milliseconds."),
                new SetEx(settings, Expiry.PX, "psetex"));
        table.add(
                CommandSpec.named("getset", 3)
                        .flags(WRITE, DENYOOM, FAST)
                        .key("RW", "access", "update")
                        .docs("string", "1.0.0", "O(1)", "Sets the value of a key and returns the old one."),
                new GetSet(settings));
    }

    private record SetNx(Settings settings) implements UpdateAction {
        @Override
        public @Nullable Reply check(byte[][] args, long nowMillis) {
            return args[2].length > settings.valueBytesMax() ? Errors.TOO_LONG : null;
        }

        @Override
        public Result apply(byte[][] args, @Nullable Current current, long nowMillis) {
            return current == null ? Result.write(Reply.ONE, args[2], Expiry.NONE) : Result.unchanged(Reply.ZERO);
        }
    }

    private record SetEx(Settings settings, Expiry unit, String name) implements Action.OfKey, KeysFunction {
        @Override
        public @Nullable Operation plan(KeyRequest request) {
            byte[][] args = request.args();
            long expireAtMillis = unit.atMillis(args[2], request.nowMillis());
            if (expireAtMillis < 0) {
                return request.refuse(Expiry.error(expireAtMillis, name));
            }
            return args[3].length > settings.valueBytesMax()
                    ? request.refuse(Errors.TOO_LONG)
                    : new Operation.Put(request.db(), args[1], null, args[3], expireAtMillis);
        }

        @Override
        public Reply run(byte[][] args, KeyValues keys) {
            long expireAtMillis = unit.atMillis(args[2], keys.nowMillis());
            if (expireAtMillis < 0) {
                return Expiry.error(expireAtMillis, name);
            }
            if (args[3].length > settings.valueBytesMax()) {
                return Errors.TOO_LONG;
            }
            keys.set(args[1], args[3], expireAtMillis);
            return Reply.OK;
        }

        @Override
        public Reply reply(Outcome outcome, KeyRequest request) {
            Outcomes.written(outcome);
            return Reply.OK;
        }
    }

    private record GetSet(Settings settings) implements UpdateAction {
        @Override
        public @Nullable Reply check(byte[][] args, long nowMillis) {
            return args[2].length > settings.valueBytesMax() ? Errors.TOO_LONG : null;
        }

        @Override
        public Result apply(byte[][] args, @Nullable Current current, long nowMillis) {
            Reply old = current == null ? Reply.NIL : Reply.bulk(current.value());
            return Result.write(old, args[2], Expiry.NONE);
        }
    }
}
