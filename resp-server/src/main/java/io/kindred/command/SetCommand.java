package io.kindred.command;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.quorum.UpdateFunction;
import org.jspecify.annotations.Nullable;

/**
 * SET. One that does not look at the old value is a put and may be taken by any replica; NX, XX, GET and KEEPTTL make
 * it a read-modify-write.
 */
final class SetCommand implements Action.OfKey, UpdateFunction, KeysFunction {
    private final Settings settings;

    SetCommand(Settings settings) {
        this.settings = settings;
    }

    @Override
    public @Nullable Operation plan(KeyRequest request) {
        byte[][] args = request.args();
        if (args[2].length > settings.valueBytesMax()) {
            return request.refuse(Errors.TOO_LONG);
        }
        if (args.length == 3) {
            return new Operation.Put(request.db(), args[1], null, args[2], Expiry.NONE);
        }
        SetOptions options = SetOptions.ofSet(args);
        if (options == null) {
            return request.refuse(Errors.SYNTAX);
        }
        long expireAtMillis = options.expireAtMillis(args, request.nowMillis());
        if (options.isError(expireAtMillis)) {
            return request.refuse(Expiry.error(expireAtMillis, "set"));
        }
        return options.isBlind()
                ? new Operation.Put(request.db(), args[1], null, args[2], expireAtMillis)
                : new Operation.Update(request.db(), args[1], args);
    }

    @Override
    public Reply reply(Outcome outcome, KeyRequest request) {
        return outcome instanceof Outcome.Written ? Reply.OK : Outcomes.updated(outcome);
    }

    @Override
    public Reply run(byte[][] args, KeyValues keys) {
        return UpdateAction.applied(this, args, args[1], keys);
    }

    @Override
    public Result apply(byte[][] args, @Nullable Current current, long nowMillis) {
        SetOptions options = SetOptions.ofSet(args);
        if (options == null) {
            return Result.unchanged(Errors.SYNTAX);
        }
        long expireAtMillis = options.expireAtMillis(args, nowMillis);
        if (options.isError(expireAtMillis)) {
            return Result.unchanged(Expiry.error(expireAtMillis, "set"));
        }
        if (args[2].length > settings.valueBytesMax()) {
            return Result.unchanged(Errors.TOO_LONG);
        }
        Reply old = current == null ? Reply.NIL : Reply.bulk(current.value());
        if (options.nx() && current != null || options.xx() && current == null) {
            return Result.unchanged(options.get() ? old : Reply.NIL);
        }
        if (options.keepTtl() && current != null) {
            expireAtMillis = current.expireAtMillis();
        }
        return Result.write(options.get() ? old : Reply.OK, args[2], expireAtMillis);
    }
}
