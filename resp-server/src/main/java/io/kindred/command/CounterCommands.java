package io.kindred.command;

import static io.kindred.command.CommandSpec.Flag.DENYOOM;
import static io.kindred.command.CommandSpec.Flag.FAST;
import static io.kindred.command.CommandSpec.Flag.WRITE;

import io.kindred.cluster.message.Reply;
import io.kindred.cluster.quorum.UpdateFunction.Current;
import io.kindred.cluster.quorum.UpdateFunction.Result;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** INCR, DECR, INCRBY, DECRBY, INCRBYFLOAT: they keep the key's expiry. */
final class CounterCommands {
    private CounterCommands() {}

    static void register(CommandTable.Builder table) {
        table.add(spec("incr", 2, "1.0.0", "Adds one to the integer value of a key."), new Step(1));
        table.add(spec("decr", 2, "1.0.0", "Takes one from the integer value of a key."), new Step(-1));
        table.add(spec("incrby", 3, "1.0.0", "Adds to the integer value of a key."), new By(false));
        table.add(spec("decrby", 3, "1.0.0", "Takes from the integer value of a key."), new By(true));
        table.add(spec("incrbyfloat", 3, "2.6.0", "Adds to the decimal value of a key."), new ByFloat());
    }

    private static CommandSpec.Builder spec(String name, int arity, String since, String summary) {
        return CommandSpec.named(name, arity)
                .flags(WRITE, DENYOOM, FAST)
                .key("RW", "access", "update")
                .docs("string", since, "O(1)", summary);
    }

    private record Step(long delta) implements UpdateAction {
        @Override
        public Result apply(byte[][] args, @Nullable Current current, long nowMillis) {
            return add(current, delta);
        }
    }

    private record By(boolean negated) implements UpdateAction {
        @Override
        public @Nullable Reply check(byte[][] args, long nowMillis) {
            if (!Numbers.isLong(args[2])) {
                return Errors.NOT_AN_INTEGER;
            }
            return negated && Numbers.toLong(args[2]) == Long.MIN_VALUE ? Errors.DECREMENT_OVERFLOW : null;
        }

        @Override
        public Result apply(byte[][] args, @Nullable Current current, long nowMillis) {
            Reply error = check(args, nowMillis);
            if (error != null) {
                return Result.unchanged(error);
            }
            long amount = Numbers.toLong(args[2]);
            return add(current, negated ? -amount : amount);
        }
    }

    private static Result add(@Nullable Current current, long delta) {
        if (current != null && !Numbers.isLong(current.value())) {
            return Result.unchanged(Errors.NOT_AN_INTEGER);
        }
        long old = current == null ? 0 : Numbers.toLong(current.value());
        long sum = old + delta;
        if (((old ^ sum) & (delta ^ sum)) < 0) {
            return Result.unchanged(Errors.OVERFLOW);
        }
        return Result.write(Reply.integer(sum), Numbers.bytes(sum), expiryOf(current));
    }

    private static long expiryOf(@Nullable Current current) {
        return current == null ? Expiry.NONE : current.expireAtMillis();
    }

    /**
     * Exact decimal arithmetic, rounded to 17 digits behind the point. Redis adds in C's long double, and prints 17 digits
     * of what that holds: {@code 128 + 0.1} is {@code 128.10000000000000001} there and {@code 128.1} here.
     */
    private record ByFloat() implements UpdateAction {
        @Override
        public @Nullable Reply check(byte[][] args, long nowMillis) {
            return isNumber(args[2]) ? null : Errors.NOT_A_FLOAT;
        }

        @Override
        public Result apply(byte[][] args, @Nullable Current current, long nowMillis) {
            byte[] old = current == null ? Numbers.bytes(0) : current.value();
            if (!isNumber(old) || !isNumber(args[2])) {
                return Result.unchanged(Errors.NOT_A_FLOAT);
            }
            BigDecimal value = Numbers.toDecimal(old);
            BigDecimal increment = Numbers.toDecimal(args[2]);
            if (value == null || increment == null) {
                return Result.unchanged(Errors.NOT_FINITE);
            }
            byte[] sum = Numbers.bytes(value.add(increment));
            return Result.write(Reply.bulk(sum), sum, expiryOf(current));
        }

        private static boolean isNumber(byte[] text) {
            return Numbers.isInfinite(text) || Numbers.toDecimal(text) != null;
        }
    }
}
