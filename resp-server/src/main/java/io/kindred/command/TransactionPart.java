package io.kindred.command;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the coordinator of some keys is asked to do of a transaction: to look whether the watched ones are as they were, and to
 * run the commands. As arguments of a group update: {@code exec}, the number of watched keys, (database, key, state) of each,
 * and (database, number of arguments, arguments) of each command; numbers are decimal.
 */
record TransactionPart(List<Watched> watched, List<Queued> commands) {
    /** @param state see {@link io.kindred.cluster.quorum.WatchedState} */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Watched(int db, byte[] key, long state) {}

    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Queued(int db, byte[][] args) {}

    byte[][] args() {
        List<byte[]> all = new ArrayList<>();
        all.add(TransactionFunction.NAME.getBytes(StandardCharsets.ISO_8859_1));
        all.add(Numbers.bytes(watched.size()));
        for (Watched each : watched) {
            all.add(Numbers.bytes(each.db()));
            all.add(each.key());
            all.add(Numbers.bytes(each.state()));
        }
        for (Queued each : commands) {
            all.add(Numbers.bytes(each.db()));
            all.add(Numbers.bytes(each.args().length));
            all.addAll(List.of(each.args()));
        }
        return all.toArray(byte[][]::new);
    }

    /** Null: they are none; another node has made them. */
    static @Nullable TransactionPart of(byte[][] args) {
        try {
            return read(args);
        } catch (IndexOutOfBoundsException | NegativeArraySizeException malformed) {
            return null;
        }
    }

    private static TransactionPart read(byte[][] args) {
        int at = 1;
        List<Watched> watched = new ArrayList<>();
        for (long left = Numbers.toLong(args[at++]); left > 0; left--) {
            watched.add(new Watched((int) Numbers.toLong(args[at]), args[at + 1], Numbers.toLong(args[at + 2])));
            at += 3;
        }
        List<Queued> commands = new ArrayList<>();
        while (at < args.length) {
            int db = (int) Numbers.toLong(args[at]);
            byte[][] command = new byte[(int) Numbers.toLong(args[at + 1])][];
            System.arraycopy(args, at + 2, command, 0, command.length);
            commands.add(new Queued(db, command));
            at += 2 + command.length;
        }
        return new TransactionPart(watched, commands);
    }
}
