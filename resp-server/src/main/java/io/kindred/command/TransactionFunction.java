package io.kindred.command;

import io.kindred.cluster.message.Operation.KeyName;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.quorum.GroupFunction;
import java.util.ArrayList;
import java.util.List;

/** The part of an EXEC whose keys have one coordinator: all of its commands, one after the other, unless a watched key has changed. */
record TransactionFunction(CommandTable commands) implements GroupFunction {
    static final String NAME = "exec";
    /** One step of the node's loop copies no more: everybody waits for it. */
    private static final long WRITTEN_BYTES_MAX = 512L << 20;

    private static final Reply TOO_MUCH = Reply.error("OOM a transaction writes values of no more than "
            + WRITTEN_BYTES_MAX + " bytes, one over the other; nothing was applied");
    private static final Reply MALFORMED = Reply.error("ERR a malformed transaction came from another node");

    @Override
    public Result apply(byte[][] args, Values values, long nowMillis) {
        TransactionPart part = TransactionPart.of(args);
        if (part == null) {
            return Result.of(new GroupDone(MALFORMED, List.of()).asReply(), List.of());
        }
        for (TransactionPart.Watched watched : part.watched()) {
            if (!values.isRead(watched.db(), watched.key())) {
                return Result.more(List.of(new KeyName(watched.db(), watched.key())));
            }
            if (values.state(watched.db(), watched.key()) != watched.state()) {
                return Result.of(new GroupDone(Reply.NIL_ARRAY, List.of()).asReply(), List.of());
            }
        }
        GroupView view = new GroupView(commands, values, nowMillis);
        view.tells(KeyEvents.isTelling(args[0]));
        List<Reply> replies = new ArrayList<>(part.commands().size());
        try {
            for (TransactionPart.Queued queued : part.commands()) {
                KeyValues keys = view.at(queued.db());
                replies.add(run(queued.args(), keys));
                if (keys.writtenBytes() > WRITTEN_BYTES_MAX) {
                    return Result.of(new GroupDone(TOO_MUCH, List.of()).asReply(), List.of());
                }
            }
        } catch (GroupView.NotRead missing) {
            return Result.more(List.of(missing.key()));
        }
        return Result.of(new GroupDone(Reply.array(replies), view.publications()).asReply(), view.edits());
    }

    private static Reply run(KeysFunction function, String name, byte[][] args, KeyValues keys) {
        keys.begins(name);
        return function.run(args, keys);
    }

    private Reply run(byte[][] args, KeyValues keys) {
        CommandTable.Command command = commands.lookup(args);
        if (command == null || !command.spec().fits(args.length)) {
            return commands.unknown(args);
        }
        KeysFunction function = command.together();
        return function == null
                ? Reply.error("ERR the coordinating node does not run '"
                        + command.spec().name() + "' in a transaction")
                : run(function, command.spec().name(), args, keys);
    }
}
