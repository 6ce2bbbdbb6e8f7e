package io.kindred.cluster.sim;

import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A key that only INCR writes. Replies are distinct, each is above those that were there before its INCR was sent, and no
 * value is ever above the number of INCRs that may have been applied.
 */
final class CounterKey extends ValueKey {
    private final Set<Long> replies = new HashSet<>();
    /** The greatest reply by now. */
    private long told;

    private long acknowledged;
    /** By the place of a call: the greatest reply when it began. */
    private final Map<ValueCall, Long> toldBefore = new IdentityHashMap<>();

    CounterKey(ValueHistory history, String name) {
        super(history, name);
    }

    @Override
    void begun(ValueCall call) {
        toldBefore.put(call, told);
    }

    @Override
    void acknowledged(ValueCall call) {
        long reply = Long.parseLong(String.valueOf(call.reply));
        acknowledged++;
        Long before = toldBefore.remove(call);
        checkMost(reply, call.toString());
        if (isExact()) {
            if (!replies.add(reply)) {
                throw violation("two INCRs were answered with " + reply + ", the second is " + call);
            }
            if (before == null || reply <= before) {
                throw violation("INCR was answered with " + before + " before " + call + " was sent");
            }
        }
        told = Math.max(told, reply);
    }

    private void checkMost(long value, String where) {
        long most =
                calls.stream().filter(call -> call.end != ValueCall.End.NOTHING).count();
        if (value > most) {
            throw violation(value + " by " + most + " INCRs that may have been applied: " + where);
        }
    }

    @Override
    Reading beginRead() {
        long least = Math.max(told, acknowledged);
        return (value, isStrict) -> {
            long read = value == null ? 0 : Long.parseLong(value);
            checkMost(read, "a read");
            if (isReadExact(isStrict) && read < least) {
                throw violation("a read finds " + read + ", and " + least + " was acknowledged before it was sent");
            }
        };
    }

    @Override
    void checkEnd(@Nullable String value) {
        long read = value == null ? 0 : Long.parseLong(value);
        checkMost(read, "at the end");
        if (isExact() && read < Math.max(told, acknowledged)) {
            throw violation("at the end it is " + read + ", and " + acknowledged + " INCRs were acknowledged, one with "
                    + told);
        }
    }
}
