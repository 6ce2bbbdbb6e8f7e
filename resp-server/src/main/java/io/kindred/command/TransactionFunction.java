package io.kindred.command;

import io.kindred.cluster.message.Operation.KeyName;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.quorum.GroupFunction;
import java.util.ArrayList;
import java.util.List;

/** The part of an EXEC whose keys have one coordinator: all of its commands, one after the other, unless a watched key has changed. */
record TransactionFunction(CommandTable commands) implements GroupFunction {
    static final String NAME = "exec";
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
        GroupView view = new GroupView(commands, values, nowMillis, scripts(part));
        List<Reply> replies = new ArrayList<>(part.commands().size());
        try {
            for (TransactionPart.Queued queued : part.commands()) {
                replies.add(run(queued.args(), view.at(queued.db())));
            }
        } catch (GroupView.NotRead missing) {
            return Result.more(List.of(missing.key()));
        }
        return Result.of(new GroupDone(Reply.array(replies), view.publications()).asReply(), view.edits());
    }

    /** How many there are: all together may take as long as one. */
    private int scripts(TransactionPart part) {
        int scripts = 0;
        for (TransactionPart.Queued queued : part.commands()) {
            CommandTable.Command command = commands.lookup(queued.args());
            scripts += command != null && command.together() instanceof EvalCommand ? 1 : 0;
        }
        return scripts;
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
                : function.run(args, keys);
    }
}
