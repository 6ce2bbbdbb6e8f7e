package io.kindred.command;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.quorum.UpdateFunction.Current;
import org.jspecify.annotations.Nullable;

/** A command that reads one key and shows something of its value. */
interface ReadAction extends Action.OfKey, KeysFunction {
    /** The error in the arguments, or null. */
    default @Nullable Reply check(byte[][] args) {
        return null;
    }

    /** {@code live} null: there is no such key. */
    Reply show(byte[][] args, @Nullable Current live, long nowMillis);

    /** Whether the answer would be another if another sibling had won. */
    default boolean showsValue() {
        return false;
    }

    @Override
    default Reply run(byte[][] args, KeyValues keys) {
        Reply error = check(args);
        return error != null ? error : show(args, keys.get(args[1]), keys.nowMillis());
    }

    @Override
    default @Nullable Operation plan(KeyRequest request) {
        Reply error = check(request.args());
        return error != null ? request.refuse(error) : new Operation.Get(request.db(), request.key());
    }

    @Override
    default Reply reply(Outcome outcome, KeyRequest request) {
        Reply conflict = showsValue() ? request.conflict(outcome) : null;
        if (conflict != null) {
            return conflict;
        }
        Current live = request.live(outcome);
        request.counters().looked(live != null);
        return show(request.args(), live, request.nowMillis());
    }
}
