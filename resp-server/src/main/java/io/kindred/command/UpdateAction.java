package io.kindred.command;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.quorum.UpdateFunction;
import org.jspecify.annotations.Nullable;

/**
 * A read-modify-write command. The node that took it checks the arguments, so that a wrong one costs no quorum; the
 * node that coordinates the key runs {@link #apply} and checks them again, because it is another process.
 */
interface UpdateAction extends Action.OfKey, UpdateFunction, KeysFunction {
    /** The error in the arguments, or null. */
    default @Nullable Reply check(byte[][] args, long nowMillis) {
        return null;
    }

    @Override
    default Reply run(byte[][] args, KeyValues keys) {
        Reply error = check(args, keys.nowMillis());
        return error != null ? error : applied(this, args, args[1], keys);
    }

    /** The reply of a function of one key, which changes that. */
    static Reply applied(UpdateFunction function, byte[][] args, byte[] key, KeyValues keys) {
        Result result = function.apply(args, keys.get(key), keys.nowMillis());
        Change change = result.change();
        if (change != null) {
            keys.change(key, change);
        }
        return result.reply();
    }

    @Override
    default @Nullable Operation plan(KeyRequest request) {
        Reply error = check(request.args(), request.nowMillis());
        return error != null
                ? request.refuse(error)
                : new Operation.Update(request.db(), request.key(), request.args());
    }

    @Override
    default Reply reply(Outcome outcome, KeyRequest request) {
        return Outcomes.updated(outcome);
    }
}
