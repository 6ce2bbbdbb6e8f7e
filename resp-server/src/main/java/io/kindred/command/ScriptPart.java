package io.kindred.command;

import io.kindred.cluster.message.Reply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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

    static ScriptPart of(byte[][] args) {
        int keys = (int) Numbers.toLong(args[HEAD - 1]);
        return new ScriptPart(
                (int) Numbers.toLong(args[1]),
                Numbers.toLong(args[2]) == 1,
                args[3],
                Arrays.copyOfRange(args, HEAD, HEAD + keys),
                Arrays.copyOfRange(args, HEAD + keys, args.length));
    }

    /**
     * What a script has answered, and what is to be done once its changes are at W replicas.
     *
     * @param publications commands, as PUBLISH, of the node that asked
     */
    record Done(Reply reply, List<byte[][]> publications) {
        Reply asReply() {
            List<Reply> commands = new ArrayList<>();
            for (byte[][] command : publications) {
                commands.add(Reply.array(Arrays.stream(command).map(Reply::bulk).toList()));
            }
            return Reply.array(List.of(reply, Reply.array(commands)));
        }

        static Done of(Reply reply) {
            if (!(reply instanceof Reply.Array both) || !(both.items().get(1) instanceof Reply.Array commands)) {
                throw new IllegalStateException("a script ended as " + reply);
            }
            List<byte[][]> publications = new ArrayList<>();
            for (Reply command : commands.items()) {
                publications.add(((Reply.Array) command)
                        .items().stream()
                                .map(word -> ((Reply.Bulk) word).bytes())
                                .toArray(byte[][]::new));
            }
            return new Done(both.items().get(0), publications);
        }
    }
}
