package io.kindred.command;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a coordinator is asked to run of a script. As arguments of a group update: {@code eval}, the database, 1 for a script that
 * must not write, its text, the number of its keys, keys, arguments; numbers are decimal.
 *
 * @param text Lua, first line and all
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record ScriptPart(int db, boolean isReadOnly, byte[] text, byte[][] keys, byte[][] arguments) {
    private static final int HEAD = 5;

    byte[][] args() {
        List<byte[]> all = new ArrayList<>();
        all.add(ScriptFunction.NAME.getBytes(StandardCharsets.ISO_8859_1));
        all.add(Numbers.bytes(db));
        all.add(Numbers.bytes(isReadOnly ? 1 : 0));
        all.add(text);
        all.add(Numbers.bytes(keys.length));
        all.addAll(Arrays.asList(keys));
        all.addAll(Arrays.asList(arguments));
        return all.toArray(byte[][]::new);
    }

    ScriptPart withText(byte[] known) {
        return new ScriptPart(db, isReadOnly, known, keys, arguments);
    }

    /** Null: they are none; another node has made them. */
    static @Nullable ScriptPart of(byte[][] args) {
        int keys = args.length < HEAD ? -1 : (int) Numbers.toLong(args[HEAD - 1]);
        if (keys < 0 || keys > args.length - HEAD) {
            return null;
        }
        return new ScriptPart(
                (int) Numbers.toLong(args[1]),
                Numbers.toLong(args[2]) == 1,
                args[3],
                Arrays.copyOfRange(args, HEAD, HEAD + keys),
                Arrays.copyOfRange(args, HEAD + keys, args.length));
    }
}
