package io.kindred.command;

import static io.kindred.command.CommandSpec.Flag.FAST;
import static io.kindred.command.CommandSpec.Flag.READONLY;
import static io.kindred.command.CommandSpec.Flag.WRITE;

import io.kindred.cluster.message.Reply;
import io.kindred.cluster.quorum.UpdateFunction.Current;
import io.kindred.cluster.quorum.UpdateFunction.Result;
import org.jspecify.annotations.Nullable;

/** EXPIRE and its relatives, TTL and its relatives, PERSIST. */
final class ExpiryCommands {
    private static final Reply NO_KEY = Reply.integer(-2);
    private static final Reply NO_EXPIRY = Reply.integer(-1);

    private ExpiryCommands() {}

    static void register(CommandTable.Builder table) {
        expire(table, "expire", "1.0.0", Expiry.EX, "Sets when a key expires, in seconds from now.");
        expire(table, "pexpire", "2.6.0", Expiry.PX, "Sets when a key expires, in milliseconds from now.");
        expire(table, "expireat", "1.2.0", Expiry.EXAT, "Sets when a key expires, as Unix time in seconds.");
        expire(table, "pexpireat", "2.6.0", Expiry.PXAT, "Sets when a key expires, as Unix time in milliseconds.");
        table.add(
                ttl("ttl", "1.0.0", "Returns the seconds until a key expires.").tips("nondeterministic_output"),
                new TimeLeft(1000, true));
        table.add(
                ttl("pttl", "2.6.0", "Returns the milliseconds until a key expires.")
                        .tips("nondeterministic_output"),
                new TimeLeft(1, true));
        table.add(
                ttl("expiretime", "7.0.0", "Returns the Unix time, in seconds, at which a key expires."),
                new TimeLeft(1000, false));
        table.add(
                ttl("pexpiretime", "7.0.0", "Returns the Unix time, in milliseconds, at which a key expires."),
                new TimeLeft(1, false));
        table.add(
                CommandSpec.named("persist", 2)
                        .flags(WRITE, FAST)
                        .key("RW", "update")
                        .docs("generic", "2.2.0", "O(1)", "Removes the expiry of a key."),
                new Persist());
    }

    private static void expire(CommandTable.Builder table, String name, String since, Expiry unit, String summary) {
        table.add(
                CommandSpec.named(name, -3)
                        .flags(WRITE, FAST)
                        .key("RW", "update")
                        .docs("generic", since, "O(1)", summary),
                new Expire(name, unit));
    }

    private static CommandSpec.Builder ttl(String name, String since, String summary) {
        return CommandSpec.named(name, 2)
                .flags(READONLY, FAST)
                .key("RO", "access")
                .docs("generic", since, "O(1)", summary);
    }

    private record Expire(String name, Expiry unit) implements UpdateAction {
        @Override
        public @Nullable Reply check(byte[][] args, long nowMillis) {
            Reply conditions = ExpireConditions.error(args);
            if (conditions != null) {
                return conditions;
            }
            if (!Numbers.isLong(args[2])) {
                return Errors.NOT_AN_INTEGER;
            }
            return unit.overflows(Numbers.toLong(args[2]), nowMillis) ? Errors.expireTime(name) : null;
        }

        @Override
        public Result apply(byte[][] args, @Nullable Current current, long nowMillis) {
            Reply error = check(args, nowMillis);
            if (error != null) {
                return Result.unchanged(error);
            }
            long atMillis = unit.plainMillis(Numbers.toLong(args[2]), nowMillis);
            if (current == null || !ExpireConditions.hold(args, current.expireAtMillis(), atMillis)) {
                return Result.unchanged(Reply.ZERO);
            }
            return atMillis <= nowMillis
                    ? Result.delete(Reply.ONE)
                    : Result.write(Reply.ONE, current.value(), atMillis);
        }
    }

    /** In {@code unitMillis}, rounded to the nearest: left, or as Unix time. */
    private record TimeLeft(int unitMillis, boolean relative) implements ReadAction {
        @Override
        public Reply show(byte[][] args, @Nullable Current live, long nowMillis) {
            if (live == null) {
                return NO_KEY;
            }
            if (live.expireAtMillis() == Expiry.NONE) {
                return NO_EXPIRY;
            }
            long millis = relative ? Math.max(0, live.expireAtMillis() - nowMillis) : live.expireAtMillis();
            // Adding half a unit first would overflow for the last times there are.
            boolean up = unitMillis > 1 && millis % unitMillis >= unitMillis / 2;
            return Reply.integer(millis / unitMillis + (up ? 1 : 0));
        }
    }

    private record Persist() implements UpdateAction {
        @Override
        public Result apply(byte[][] args, @Nullable Current current, long nowMillis) {
            return current == null || current.expireAtMillis() == Expiry.NONE
                    ? Result.unchanged(Reply.ZERO)
                    : Result.write(Reply.ONE, current.value(), Expiry.NONE);
        }
    }
}
