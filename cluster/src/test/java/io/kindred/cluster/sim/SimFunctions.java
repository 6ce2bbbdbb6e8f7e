package io.kindred.cluster.sim;

import io.kindred.cluster.message.Reply;
import io.kindred.cluster.quorum.UpdateFunction;
import io.kindred.cluster.quorum.UpdateFunctions;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Read-modify-writes for simulated clients. */
final class SimFunctions implements UpdateFunctions {
    static final UpdateFunctions ALL = new SimFunctions();

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public @Nullable UpdateFunction find(byte[] name, int arguments) {
        return switch (text(name)) {
            case "APPEND" -> SimFunctions::append;
            case "DEL" -> SimFunctions::delete;
            default -> null;
        };
    }

    /** Adds a token to the list; the reply says how many it then has. */
    private static UpdateFunction.Result append(
            byte[][] args, UpdateFunction.@Nullable Current current, long nowMillis) {
        String value = (current == null ? "" : text(current.value()) + ",") + text(args[1]);
        long tokens = value.chars().filter(c -> c == ',').count() + 1;
        return UpdateFunction.Result.write(new Reply.Int(tokens), value.getBytes(StandardCharsets.UTF_8), -1);
    }

    private static UpdateFunction.Result delete(
            byte[][] args, UpdateFunction.@Nullable Current current, long nowMillis) {
        return current == null ? UpdateFunction.Result.unchanged(Reply.ZERO) : UpdateFunction.Result.delete(Reply.ONE);
    }
}
