package io.kindred.cluster.sim;

import io.kindred.cluster.message.Reply;
import io.kindred.cluster.quorum.UpdateFunction;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks for an order of one key's calls that explains their replies: each takes effect at once, at some time between its
 * beginning and its end. What was not acknowledged takes effect at some time after its beginning, or never.
 *
 * <p>The search goes forward through time: next may be whatever began before the earliest end of those that are not placed
 * yet. A state that was met before (which calls are placed, and the value) is not looked into again: so histories with up
 * to some twenty calls at a time are decided in a moment (Wing and Gong, "Testing and Verifying Concurrent Objects", 1993,
 * with the memory that Lowe added).
 */
final class Linearization {
    static final int CALLS_MAX = Long.SIZE;

    private final List<ValueCall> calls;
    private final @Nullable String last;
    private final Set<State> seen = new HashSet<>();
    private final long wanted;

    private record State(long placed, @Nullable String value) {}

    /** @param last what the key has when all are over */
    Linearization(List<ValueCall> calls, @Nullable String last) {
        this.calls =
                calls.stream().filter(call -> call.end != ValueCall.End.NOTHING).toList();
        this.last = last;
        if (this.calls.size() > CALLS_MAX) {
            throw new IllegalArgumentException(this.calls.size() + " calls");
        }
        long acknowledged = 0;
        for (int i = 0; i < this.calls.size(); i++) {
            acknowledged |= this.calls.get(i).isAcknowledged() ? 1L << i : 0;
        }
        wanted = acknowledged;
    }

    boolean exists() {
        return search(0, null);
    }

    private boolean search(long placed, @Nullable String value) {
        if ((placed & wanted) == wanted && Objects.equals(value, last)) {
            return true;
        }
        if (!seen.add(new State(placed, value))) {
            return false;
        }
        long earliestEnd = Long.MAX_VALUE;
        for (int i = 0; i < calls.size(); i++) {
            if ((placed & 1L << i) == 0 && calls.get(i).isAcknowledged()) {
                earliestEnd = Math.min(earliestEnd, calls.get(i).ended);
            }
        }
        for (int i = 0; i < calls.size(); i++) {
            if ((placed & 1L << i) == 0 && calls.get(i).begun < earliestEnd && place(i, placed, value)) {
                return true;
            }
        }
        return false;
    }

    private boolean place(int index, long placed, @Nullable String value) {
        ValueCall call = calls.get(index);
        byte[][] args = call.args.stream().map(Linearization::bytes).toArray(byte[][]::new);
        UpdateFunction function = SimFunctions.ALL.find(args[0], args.length);
        if (function == null) {
            throw new IllegalArgumentException("no function for " + call);
        }
        UpdateFunction.Result result =
                function.apply(args, value == null ? null : new UpdateFunction.Current(bytes(value), -1), 0);
        if (call.isAcknowledged() && !Objects.equals(text(result.reply()), call.reply)) {
            return false;
        }
        UpdateFunction.Change change = result.change();
        String next = change == null ? value : text(change.value());
        return search(placed | 1L << index, next);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static @Nullable String text(byte @Nullable [] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    /** As calls have it. */
    static @Nullable String text(Reply reply) {
        if (reply instanceof Reply.Int number) {
            return Long.toString(number.value());
        }
        if (reply instanceof Reply.Bulk bulk) {
            return text(bulk.bytes());
        }
        if (reply instanceof Reply.Simple simple) {
            return simple.text();
        }
        return null;
    }
}
