package io.kindred.command;

import static io.kindred.command.CommandSpec.Flag.FAST;
import static io.kindred.command.CommandSpec.Flag.READONLY;
import static io.kindred.command.CommandSpec.Flag.WRITE;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.quorum.LiveValue;
import io.kindred.cluster.quorum.UpdateFunction.Current;
import io.kindred.cluster.quorum.UpdateFunction.Result;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** DEL, UNLINK, EXISTS, TOUCH, TYPE. */
final class KeyCommands {
    private static final Reply STRING = new Reply.Simple("string");
    private static final Reply NONE = new Reply.Simple("none");

    private KeyCommands() {}

    static void register(CommandTable.Builder table) {
        registerDeletes(table);
        table.add(
                CommandSpec.named("exists", -2)
                        .flags(READONLY, FAST)
                        .keys(-1, 1, "RO")
                        .docs("generic", "1.0.0", "O(N), N keys", "Counts which of the keys exist.")
                        .tips("request_policy:multi_shard", "response_policy:agg_sum"),
                new CountLive());
        table.add(
                CommandSpec.named("touch", -2)
                        .flags(READONLY, FAST)
                        .keys(-1, 1, "RO")
                        .docs(
                                "generic",
                                "3.2.1",
                                "O(N), N keys",
                                "Counts which of the keys exist; no access times are kept.")
                        .tips("request_policy:multi_shard", "response_policy:agg_sum"),
                new CountLive());
        table.add(
                CommandSpec.named("type", 2)
                        .flags(READONLY, FAST)
                        .key("RO")
                        .docs("generic", "1.0.0", "O(1)", "Returns the type of a key's value."),
                new Type());
    }

    private static void registerDeletes(CommandTable.Builder table) {
        Delete delete = new Delete();
        table.add(
                CommandSpec.named("del", -2)
                        .flags(WRITE)
                        .keys(-1, 1, "RM", "delete")
                        .docs("generic", "1.0.0", "O(N), N keys", "Deletes keys.")
                        .tips("request_policy:multi_shard", "response_policy:agg_sum"),
                new DeleteAll(delete),
                delete);
        table.add(
                CommandSpec.named("unlink", -2)
                        .flags(WRITE, FAST)
                        .keys(-1, 1, "RM", "delete")
                        .docs("generic", "4.0.0", "O(N), N keys", "Deletes keys; the same as DEL.")
                        .tips("request_policy:multi_shard", "response_policy:agg_sum"),
                new DeleteAll(delete),
                delete);
    }

    /** One key's part of DEL. */
    private record Delete() implements UpdateAction {
        @Override
        public Result apply(byte[][] args, @Nullable Current current, long nowMillis) {
            return current == null ? Result.unchanged(Reply.ZERO) : Result.delete(Reply.ONE);
        }

        /** A record that cannot be read is there, and goes: a delete needs nothing of it. */
        @Override
        public @Nullable Operation instead(Outcome failure, KeyRequest request) {
            return failure.equals(Outcome.UNREADABLE)
                    ? new Operation.Put(request.db(), request.key(), null, null, Expiry.NONE)
                    : null;
        }

        @Override
        public Reply reply(Outcome outcome, KeyRequest request) {
            return outcome instanceof Outcome.Written ? Reply.ONE : Outcomes.updated(outcome);
        }
    }

    private record DeleteAll(Delete delete) implements Action.OfKeys, KeysFunction {
        @Override
        public Action.@Nullable OfKey single(byte[][] args) {
            return args.length == 2 ? delete : null;
        }

        @Override
        public Plan plan(byte[][] args, int db, long nowMillis) {
            List<Operation> deletes = new ArrayList<>(args.length - 1);
            for (int i = 1; i < args.length; i++) {
                deletes.add(new Operation.Update(db, args[i], new byte[][] {args[0], args[i]}));
            }
            return new Plan.Last(deletes, DeleteAll::sum);
        }

        @Override
        public Reply run(byte[][] args, KeyValues keys) {
            int deleted = 0;
            for (int i = 1; i < args.length; i++) {
                if (keys.get(args[i]) != null) {
                    keys.delete(args[i]);
                    deleted++;
                }
            }
            return Reply.integer(deleted);
        }

        private static Reply sum(List<Outcome> outcomes) {
            long sum = 0;
            for (Outcome outcome : outcomes) {
                if (!(Outcomes.updated(outcome) instanceof Reply.Int count)) {
                    return Outcomes.updated(outcome);
                }
                sum += count.value();
            }
            return Reply.integer(sum);
        }
    }

    private record Exists() implements ReadAction {
        @Override
        public Reply show(byte[][] args, @Nullable Current live, long nowMillis) {
            return live == null ? Reply.ZERO : Reply.ONE;
        }
    }

    private record CountLive() implements Action.OfKeys, KeysFunction {
        private static final Exists EXISTS = new Exists();

        @Override
        public Action.@Nullable OfKey single(byte[][] args) {
            return args.length == 2 ? EXISTS : null;
        }

        @Override
        public Reply run(byte[][] args, KeyValues keys) {
            int live = 0;
            for (int i = 1; i < args.length; i++) {
                live += keys.get(args[i]) == null ? 0 : 1;
            }
            return Reply.integer(live);
        }

        @Override
        public Plan plan(byte[][] args, int db, long nowMillis) {
            return new Plan.Last(Plan.gets(args, db, 1), outcomes -> {
                long count = outcomes.stream()
                        .filter(outcome -> LiveValue.of(Outcomes.found(outcome), nowMillis) != null)
                        .count();
                return Reply.integer(count);
            });
        }
    }

    private record Type() implements ReadAction {
        @Override
        public Reply show(byte[][] args, @Nullable Current live, long nowMillis) {
            return live == null ? NONE : STRING;
        }
    }
}
