package io.kindred.command;

import io.kindred.cluster.message.Reply;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a transaction's part or a script has answered, and what is to be done once its changes are at W replicas.
 *
 * @param publications commands, as PUBLISH, of the node that asked
 */
record GroupDone(Reply reply, List<byte[][]> publications) {
    Reply asReply() {
        List<Reply> commands = new ArrayList<>();
        for (byte[][] command : publications) {
            commands.add(Reply.array(Arrays.stream(command).map(Reply::bulk).toList()));
        }
        return Reply.array(List.of(reply, Reply.array(commands)));
    }

    static GroupDone of(Reply reply) {
        if (!(reply instanceof Reply.Array both) || !(both.items().get(1) instanceof Reply.Array commands)) {
            throw new IllegalStateException("a group ended as " + reply);
        }
        List<byte[][]> publications = new ArrayList<>();
        for (Reply command : commands.items()) {
            publications.add(((Reply.Array) command)
                    .items().stream().map(word -> ((Reply.Bulk) word).bytes()).toArray(byte[][]::new));
        }
        return new GroupDone(both.items().get(0), publications);
    }

    /** Requires: that the changes are where they have to be. */
    void publish(Session session, ServerView server) {
        for (byte[][] publication : publications) {
            CommandTable.Command command = server.commands().lookup(publication);
            if (command != null) {
                CommandStart.start(command, session, publication, server, reply -> {});
            }
        }
    }
}
