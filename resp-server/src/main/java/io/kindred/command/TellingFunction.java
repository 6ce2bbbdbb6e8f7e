package io.kindred.command;

import io.kindred.cluster.quorum.UpdateFunction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A read-modify-write that says in its answer, beside the reply, which keyspace events its change is. */
record TellingFunction(UpdateFunction function, String command) implements UpdateFunction {
    @Override
    public Result apply(byte[][] args, @Nullable Current current, long nowMillis) {
        byte[][] plain = args.clone();
        plain[0] = KeyEvents.plainName(args[0]);
        Result result = function.apply(plain, current, nowMillis);
        Change change = result.change();
        List<byte[][]> events = change == null
                ? List.of()
                : KeyEvents.of(command, 0, plain[1], current, change).stream()
                        .map(KeyEvents::words)
                        .toList();
        return new Result(new GroupDone(result.reply(), events).asReply(), change);
    }
}
