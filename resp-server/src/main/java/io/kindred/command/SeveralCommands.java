package io.kindred.command;

import static io.kindred.command.CommandSpec.Flag.DENYOOM;
import static io.kindred.command.CommandSpec.Flag.FAST;
import static io.kindred.command.CommandSpec.Flag.READONLY;
import static io.kindred.command.CommandSpec.Flag.WRITE;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.quorum.LiveValue;
import io.kindred.cluster.quorum.UpdateFunction.Current;
import io.kindred.cluster.version.Versions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * MGET, MSET, MSETNX. Each key is a request of its own: the keys of one command may live on different replicas, and
 * others may see some of them written before the rest. Of a key that is named twice, the last value counts.
 */
final class SeveralCommands {
    private static final byte[] SETNX = "SETNX".getBytes(StandardCharsets.ISO_8859_1);

    private SeveralCommands() {}

    static void register(CommandTable.Builder table, Settings settings) {
        table.add(
                CommandSpec.named("mget", -2)
                        .flags(READONLY, FAST)
                        .keys(-1, 1, "RO", "access")
                        .docs("string", "1.0.0", "O(N), N keys", "Returns the values of several keys.")
                        .tips("request_policy:multi_shard"),
                new MGet(settings));
        table.add(
                CommandSpec.named("mset", -3)
                        .flags(WRITE, DENYOOM)
                        .keys(-1, 2, "OW", "update")
                        .docs("string", "1.0.1", "O(N), N keys", "Sets the values of several keys, each for itself.")
                        .tips("request_policy:multi_shard", "response_policy:all_succeeded"),
                new MSet(settings));
        table.add(
                CommandSpec.named("msetnx", -3)
                        .flags(WRITE, DENYOOM)
                        .keys(-1, 2, "OW", "insert")
                        .docs(
                                "string",
                                "1.0.1",
                                "O(N), N keys",
                                "Sets several keys if none of them exists; not isolated from other clients.")
                        .tips("request_policy:multi_shard", "response_policy:agg_min"),
                new MSetNx(settings));
    }

    private record MGet(Settings settings) implements Action.OfKeys, KeysFunction {
        @Override
        public Reply run(byte[][] args, KeyValues keys) {
            List<Reply> values = new ArrayList<>(args.length - 1);
            for (int i = 1; i < args.length; i++) {
                values.add(GetCommands.bulk(keys.get(args[i])));
            }
            return Reply.array(values);
        }

        @Override
        public Plan plan(byte[][] args, int db, long nowMillis) {
            return new Plan.Last(Plan.gets(args, db, 1), outcomes -> values(outcomes, nowMillis));
        }

        private Reply values(List<Outcome> outcomes, long nowMillis) {
            List<Reply> values = new ArrayList<>(outcomes.size());
            for (Outcome outcome : outcomes) {
                Versions versions = Outcomes.found(outcome);
                if (settings.conflictIsError() && versions.valueCount() > 1) {
                    return Conflict.of(versions);
                }
                Current live = LiveValue.of(versions, nowMillis);
                values.add(GetCommands.bulk(live));
            }
            return Reply.array(values);
        }
    }

    /** What is wrong with {@code key value [key value ...]}, or null. */
    private static @Nullable Reply refusal(byte[][] args, String command, Settings settings) {
        if (args.length % 2 == 0) {
            return Reply.error("ERR wrong number of arguments for '" + command + "' command");
        }
        for (int i = 2; i < args.length; i += 2) {
            if (args[i].length > settings.valueBytesMax()) {
                return Errors.TOO_LONG;
            }
        }
        return null;
    }

    private static void setAll(byte[][] args, KeyValues keys) {
        for (int i = 1; i < args.length; i += 2) {
            keys.set(args[i], args[i + 1], Expiry.NONE);
        }
    }

    /** The last value of each key, in the order in which the keys are named first. */
    private static Map<ByteBuffer, byte[]> lastValues(byte[][] args) {
        Map<ByteBuffer, byte[]> values = new LinkedHashMap<>(args.length);
        for (int i = 1; i < args.length; i += 2) {
            values.put(ByteBuffer.wrap(args[i]), args[i + 1]);
        }
        return values;
    }

    /** The last value of each key, in the order of the keys. */
    private static TreeMap<byte[], byte[]> pairs(byte[][] args) {
        TreeMap<byte[], byte[]> pairs = new TreeMap<>(Arrays::compareUnsigned);
        for (int i = 1; i < args.length; i += 2) {
            pairs.put(args[i], args[i + 1]);
        }
        return pairs;
    }

    private record MSet(Settings settings) implements Action.OfKeys, KeysFunction {
        @Override
        public Reply run(byte[][] args, KeyValues keys) {
            Reply refusal = refusal(args, "mset", settings);
            if (refusal != null) {
                return refusal;
            }
            setAll(args, keys);
            return Reply.OK;
        }

        @Override
        public Plan plan(byte[][] args, int db, long nowMillis) {
            Reply refusal = refusal(args, "mset", settings);
            if (refusal != null) {
                return new Plan.Done(refusal);
            }
            List<Operation> puts = new ArrayList<>(args.length / 2);
            lastValues(args)
                    .forEach((key, value) -> puts.add(new Operation.Put(db, key.array(), null, value, Expiry.NONE)));
            return new Plan.Last(puts, outcomes -> Reply.OK);
        }

        @Override
        public boolean isBlind() {
            return true;
        }
    }

    /**
     * Reads all keys and, if none exists, sets the least of them first: of several clients that set the same keys, one
     * wins that key and goes on, and the others have written nothing. What is left to chance is another command that
     * writes a later key in between; then the reply says how far this one came.
     */
    private record MSetNx(Settings settings) implements Action.OfKeys, KeysFunction {
        @Override
        public Reply run(byte[][] args, KeyValues keys) {
            Reply refusal = refusal(args, "msetnx", settings);
            if (refusal != null) {
                return refusal;
            }
            for (int i = 1; i < args.length; i += 2) {
                if (keys.get(args[i]) != null) {
                    return Reply.ZERO;
                }
            }
            setAll(args, keys);
            return Reply.ONE;
        }

        @Override
        public boolean readsFirst() {
            return true;
        }

        @Override
        public Plan plan(byte[][] args, int db, long nowMillis) {
            Reply refusal = refusal(args, "msetnx", settings);
            if (refusal != null) {
                return new Plan.Done(refusal);
            }
            List<Operation> gets = new ArrayList<>();
            List<Operation> sets = new ArrayList<>();
            for (Map.Entry<byte[], byte[]> pair : pairs(args).entrySet()) {
                gets.add(new Operation.Get(db, pair.getKey()));
                byte[][] set = {SETNX, pair.getKey(), pair.getValue()};
                sets.add(new Operation.Update(db, pair.getKey(), set));
            }
            return new Plan.Run(gets, found -> anyLive(found, nowMillis) ? new Plan.Done(Reply.ZERO) : setFirst(sets));
        }

        private static boolean anyLive(List<Outcome> found, long nowMillis) {
            return found.stream().anyMatch(outcome -> LiveValue.of(Outcomes.found(outcome), nowMillis) != null);
        }

        private static Plan setFirst(List<Operation> sets) {
            return new Plan.Run(sets.subList(0, 1), outcomes -> {
                if (countSet(outcomes) == 0) {
                    return new Plan.Done(Reply.ZERO);
                }
                return new Plan.Last(sets.subList(1, sets.size()), rest -> end(rest, sets.size()));
            });
        }

        private static Reply end(List<Outcome> rest, int keysCount) {
            int set = 1 + countSet(rest);
            return set == keysCount
                    ? Reply.ONE
                    : Reply.error("ERR MSETNX set " + set + " of " + keysCount
                            + " keys: the others were set meanwhile by another client");
        }

        private static int countSet(List<Outcome> outcomes) {
            return (int) outcomes.stream()
                    .filter(outcome -> Outcomes.updated(outcome).equals(Reply.ONE))
                    .count();
        }
    }
}
