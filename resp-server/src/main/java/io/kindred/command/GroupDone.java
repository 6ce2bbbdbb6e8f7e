package io.kindred.command;

import io.kindred.cluster.message.Reply;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * What a transaction's part or a script has answered, and what is to be done once its changes are at W replicas.
 *
 * @param publications commands, as PUBLISH, of the node that asked
 */
record GroupDone(Reply reply, List<byte[][]> publications) {
    private static final Set<String> PUBLISHING = Set.of("publish", "spublish");
    private static final Reply MALFORMED = Reply.error("ERR a malformed answer came from another node");

    Reply asReply() {
        List<Reply> commands = new ArrayList<>();
        for (byte[][] command : publications) {
            commands.add(Reply.array(Arrays.stream(command).map(Reply::bulk).toList()));
        }
        return Reply.array(List.of(reply, Reply.array(commands)));
    }

    static GroupDone of(Reply reply) {
        if (!(reply instanceof Reply.Array both)
                || both.items().size() != 2
                || !(both.items().get(1) instanceof Reply.Array commands)) {
            return new GroupDone(MALFORMED, List.of());
        }
        List<byte[][]> publications = new ArrayList<>();
        for (Reply command : commands.items()) {
            if (command instanceof Reply.Array words && !words.items().isEmpty()) {
                publications.add(words.items().stream()
                        .map(word -> word instanceof Reply.Bulk bulk ? bulk.bytes() : new byte[0])
                        .toArray(byte[][]::new));
            }
        }
        return new GroupDone(both.items().get(0), publications);
    }

    /** Requires: that the changes are where they have to be. */
    void publish(Session session, ServerView server) {
        for (byte[][] publication : publications) {
            KeyspaceEvents.Event event = KeyEvents.of(publication);
            if (event != null) {
                server.commands().events().tell(event);
                continue;
            }
            CommandTable.Command command = server.commands().lookup(publication);
            if (command != null && PUBLISHING.contains(command.spec().name())) {
                CommandStart.start(command, session, publication, server, reply -> {});
            }
        }
    }
}
