package io.kindred.command;

import static io.kindred.command.CommandSpec.Flag.DENYOOM;
import static io.kindred.command.CommandSpec.Flag.READONLY;
import static io.kindred.command.CommandSpec.Flag.WRITE;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.Context;
import io.kindred.cluster.version.HybridClock;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Dynamo's own get and put: every live sibling with a context, and writes that supersede what their context covers.
 * And what is behind them: KIN.SIBLINGS and KIN.CLOCK.
 */
final class KinKeyCommands {
    private static final Reply MALFORMED_CONTEXT =
            Reply.error("ERR the context is malformed; pass what KIN.GET or KIN.PUT returned, unchanged");
    private static final Reply OTHER_KEY =
            Reply.error("ERR the context belongs to another key or database; read this key with KIN.GET for its own");

    private KinKeyCommands() {}

    static void register(CommandTable.Builder table, Settings settings) {
        table.add(read("kin.get", "Returns a context and every live sibling, newest first."), new KinGet());
        table.add(read("kin.siblings", "Returns every sibling with its dot, time, expiry and kind."), new Siblings());
        table.add(read("kin.clock", "Returns the vector clock of a key: nodes and counters in turn."), new Clock());
        table.add(
                CommandSpec.named("kin.put", -4)
                        .flags(WRITE, DENYOOM)
                        .key("OW", "update")
                        .docs("module", "1.0.0", "O(1)", "Puts a value in the place of what the context covers."),
                new Put(settings));
        table.add(
                CommandSpec.named("kin.del", -3)
                        .flags(WRITE)
                        .key("RM", "delete")
                        .docs("module", "1.0.0", "O(1)", "Deletes the siblings that the context covers."),
                new Delete());
    }

    private static CommandSpec.Builder read(String name, String summary) {
        return CommandSpec.named(name, -2)
                .flags(READONLY)
                .key("RO", "access")
                .docs("module", "1.0.0", "O(N), N siblings", summary);
    }

    /** {@code key [R n]}. */
    private interface Read extends Action.OfKey {
        Reply show(Versions versions, KeyRequest request);

        @Override
        default @Nullable Operation plan(KeyRequest request) {
            byte[][] args = request.args();
            if (args.length > 2) {
                Reply error = args.length == 4 && Ascii.is(args[2], "r")
                        ? request.quorumError(QuorumOption.R, args[3])
                        : Errors.SYNTAX;
                if (error != null) {
                    return request.refuse(error);
                }
                request.quorum(QuorumOption.R.set(request.quorum(), args[3]));
            }
            return new Operation.Get(request.db(), request.key());
        }

        @Override
        default Reply reply(Outcome outcome, KeyRequest request) {
            return show(Outcomes.found(outcome), request);
        }
    }

    private record KinGet() implements Read {
        @Override
        public Reply show(Versions versions, KeyRequest request) {
            List<Reply> live = new ArrayList<>(versions.siblings().size());
            for (Sibling sibling : versions.siblings()) {
                byte[] value = sibling.value();
                if (value != null && !sibling.isExpired(request.nowMillis())) {
                    live.add(Reply.bulk(value));
                }
            }
            String context = Context.encode(request.db(), request.key(), versions.clock());
            return Reply.array(List.of(Reply.bulk(context), Reply.array(live)));
        }
    }

    private record Siblings() implements Read {
        @Override
        public Reply show(Versions versions, KeyRequest request) {
            List<Reply> rows = new ArrayList<>(versions.siblings().size());
            for (Sibling sibling : versions.siblings()) {
                byte[] value = sibling.value();
                String node = request.cluster().actorName(sibling.dot().actor());
                rows.add(Reply.array(List.of(
                        value == null ? Reply.NIL : Reply.bulk(value),
                        Reply.bulk(node + ":" + sibling.dot().counter()),
                        Reply.integer(HybridClock.millis(sibling.stamp())),
                        Reply.integer(sibling.expireAtMillis()),
                        Reply.bulk(value == null ? "tombstone" : "value"))));
            }
            return Reply.array(rows);
        }
    }

    private record Clock() implements Read {
        private record Entry(String node, long counter) {}

        @Override
        public Reply show(Versions versions, KeyRequest request) {
            List<Entry> entries = new ArrayList<>();
            for (Actor actor : versions.clock().actors()) {
                entries.add(new Entry(
                        request.cluster().actorName(actor), versions.clock().highest(actor)));
            }
            entries.sort(Comparator.comparing(Entry::node));
            List<Reply> flat = new ArrayList<>(2 * entries.size());
            for (Entry entry : entries) {
                flat.add(Reply.bulk(entry.node()));
                flat.add(Reply.integer(entry.counter()));
            }
            return Reply.array(flat);
        }
    }

    /** What is wrong with a context, or null. */
    private static @Nullable Reply error(Context.Parsed context) {
        return switch (context.status()) {
            case OK -> null;
            case MALFORMED -> MALFORMED_CONTEXT;
            case OTHER_KEY -> OTHER_KEY;
        };
    }

    private static Reply written(Outcome outcome, KeyRequest request) {
        return Reply.bulk(Context.encode(request.db(), request.key(), Outcomes.written(outcome)));
    }

    /** {@code key context value [EX s / PX ms / EXAT s / PXAT ms] [W n]}. */
    private record Put(Settings settings) implements Action.OfKey {
        @Override
        public @Nullable Operation plan(KeyRequest request) {
            byte[][] args = request.args();
            long expireAtMillis = Expiry.NONE;
            Expiry given = null;
            for (int i = 4; i < args.length; i += 2) {
                Expiry expiry = SetOptions.expiryNamed(args[i]);
                boolean isW = Ascii.is(args[i], "w");
                if (i + 1 == args.length || !isW && expiry == null || expiry != null && given != null) {
                    return request.refuse(Errors.SYNTAX);
                }
                if (expiry == null) {
                    Reply error = request.quorumError(QuorumOption.W, args[i + 1]);
                    if (error != null) {
                        return request.refuse(error);
                    }
                    request.quorum(QuorumOption.W.set(request.quorum(), args[i + 1]));
                    continue;
                }
                given = expiry;
                expireAtMillis = expiry.atMillis(args[i + 1], request.nowMillis());
                if (expireAtMillis < 0) {
                    return request.refuse(Expiry.error(expireAtMillis, "kin.put"));
                }
            }
            return put(request, expireAtMillis);
        }

        private @Nullable Operation put(KeyRequest request, long expireAtMillis) {
            byte[][] args = request.args();
            if (args[3].length > settings.valueBytesMax()) {
                return request.refuse(Errors.TOO_LONG);
            }
            Context.Parsed context = Context.parse(args[2], request.db(), args[1]);
            Reply error = error(context);
            return error != null
                    ? request.refuse(error)
                    : new Operation.Put(request.db(), args[1], context.vector(), args[3], expireAtMillis);
        }

        @Override
        public Reply reply(Outcome outcome, KeyRequest request) {
            return written(outcome, request);
        }
    }

    /** {@code key context [W n]}. */
    private record Delete() implements Action.OfKey {
        @Override
        public @Nullable Operation plan(KeyRequest request) {
            byte[][] args = request.args();
            if (args.length > 3) {
                Reply error = args.length == 5 && Ascii.is(args[3], "w")
                        ? request.quorumError(QuorumOption.W, args[4])
                        : Errors.SYNTAX;
                if (error != null) {
                    return request.refuse(error);
                }
                request.quorum(QuorumOption.W.set(request.quorum(), args[4]));
            }
            Context.Parsed context = Context.parse(args[2], request.db(), args[1]);
            Reply error = error(context);
            return error != null
                    ? request.refuse(error)
                    : new Operation.Put(request.db(), args[1], context.vector(), null, Expiry.NONE);
        }

        @Override
        public Reply reply(Outcome outcome, KeyRequest request) {
            return written(outcome, request);
        }
    }
}
