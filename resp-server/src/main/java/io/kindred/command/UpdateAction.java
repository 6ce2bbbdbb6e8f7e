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
interface UpdateAction extends Action.OfKey, UpdateFunction {
    /** The error in the arguments, or null. */
    default @Nullable Reply check(byte[][] args, long nowMillis) {
        return null;
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
