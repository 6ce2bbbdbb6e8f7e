package io.kindred.cluster.sim;

import io.kindred.cluster.message.Reply;
import io.kindred.cluster.quorum.GroupFunction;
import io.kindred.cluster.quorum.ScriptTexts;
import io.kindred.cluster.quorum.UpdateFunction;
import io.kindred.cluster.quorum.UpdateFunction.Current;
import io.kindred.cluster.quorum.UpdateFunction.Result;
import io.kindred.cluster.quorum.UpdateFunctions;
import io.kindred.cluster.sim.SimGroupFunctions.Account;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Read-modify-writes for simulated clients, each with the reply that tells most. */
public final class SimFunctions implements UpdateFunctions {
    public static final UpdateFunctions ALL = new SimFunctions(ScriptTexts.NONE);

    private final ScriptTexts scripts;

    /** @param scripts that this node knows */
    SimFunctions(ScriptTexts scripts) {
        this.scripts = scripts;
    }

    @Override
    public ScriptTexts scripts() {
        return scripts;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public @Nullable UpdateFunction find(byte[] name, int arguments) {
        return switch (text(name)) {
            case "APPEND" -> SimFunctions::append;
            case "DEL" -> SimFunctions::delete;
            case "INCR" -> SimFunctions::increment;
            case "SETNX" -> SimFunctions::setWhereAbsent;
            case "SETXX" -> SimFunctions::setWherePresent;
            case "EXPIRE" -> SimFunctions::expire;
            case "GETSET" -> SimFunctions::getAndSet;
            case "GETDEL" -> SimFunctions::getAndDelete;
            case "DEPOSIT" -> SimFunctions::deposit;
            default -> null;
        };
    }

    @Override
    public @Nullable GroupFunction findGroup(byte[] name) {
        return SimGroupFunctions.find(name);
    }

    /** Adds a token to the list; the reply says how many it then has. */
    private static Result append(byte[][] args, @Nullable Current current, long nowMillis) {
        String value = (current == null ? "" : text(current.value()) + ",") + text(args[1]);
        long tokens = value.chars().filter(c -> c == ',').count() + 1;
        return Result.write(new Reply.Int(tokens), bytes(value), -1);
    }

    /** Adds a number to an account. */
    private static Result deposit(byte[][] args, @Nullable Current current, long nowMillis) {
        long amount = Long.parseLong(text(args[1]));
        Account account = Account.of(current).with(amount, args.length > 2 ? text(args[2]) : "");
        return Result.write(Reply.OK, account.bytes(), -1);
    }

    private static Result delete(byte[][] args, @Nullable Current current, long nowMillis) {
        return current == null ? Result.unchanged(Reply.ZERO) : Result.delete(Reply.ONE);
    }

    private static Result increment(byte[][] args, @Nullable Current current, long nowMillis) {
        long value = current == null ? 1 : Long.parseLong(text(current.value())) + 1;
        return Result.write(new Reply.Int(value), bytes(Long.toString(value)), -1);
    }

    private static Result setWhereAbsent(byte[][] args, @Nullable Current current, long nowMillis) {
        return current == null ? Result.write(Reply.OK, args[1], -1) : Result.unchanged(Reply.NIL);
    }

    private static Result setWherePresent(byte[][] args, @Nullable Current current, long nowMillis) {
        return current == null ? Result.unchanged(Reply.NIL) : Result.write(Reply.OK, args[1], -1);
    }

    private static Result expire(byte[][] args, @Nullable Current current, long nowMillis) {
        return current == null
                ? Result.unchanged(Reply.ZERO)
                : Result.write(Reply.ONE, current.value(), nowMillis + Long.parseLong(text(args[1])));
    }

    private static Result getAndSet(byte[][] args, @Nullable Current current, long nowMillis) {
        return Result.write(old(current), args[1], -1);
    }

    private static Result getAndDelete(byte[][] args, @Nullable Current current, long nowMillis) {
        return current == null ? Result.unchanged(Reply.NIL) : Result.delete(old(current));
    }

    private static Reply old(@Nullable Current current) {
        return current == null ? Reply.NIL : Reply.bulk(current.value());
    }
}
