package io.kindred.command;

import io.kindred.cluster.message.Reply;
import java.util.Set;

/** Queues the commands behind MULTI, for the clients of one loop. */
final class TransactionQueue {
    static final Reply QUEUED = new Reply.Simple("QUEUED");
    private static final Reply NOT_ALLOWED = Reply.error("ERR Command not allowed inside a transaction");
    private static final Reply NO_ROOM =
            Reply.error("OOM what is queued behind MULTI would be more than " + Transaction.COMMANDS_MAX
                    + " commands or " + Transaction.BYTES_MAX + " bytes, or than this node has room for");
    /** Those that run at once, queued ones before them or not. */
    private static final Set<String> AT_ONCE = Set.of("exec", "discard", "multi", "watch", "quit", "reset");

    private final TransactionRoom room;

    TransactionQueue(TransactionRoom room) {
        this.room = room;
    }

    /** Subscribing is answered by pushes, one a channel, which are no element of EXEC's reply. */
    private static boolean isAllowed(CommandSpec spec) {
        boolean subscribes = spec.has(CommandSpec.Flag.PUBSUB) && spec.has(CommandSpec.Flag.NOSCRIPT);
        return !spec.has(CommandSpec.Flag.NO_MULTI)
                && !subscribes
                && !spec.name().equals("monitor");
    }

    boolean takes(CommandSpec spec, Session session) {
        return session.transaction().isOpen() && !AT_ONCE.contains(spec.name());
    }

    /** The command's reply. */
    Reply queue(CommandTable.Command command, Session session, byte[][] args) {
        Transaction transaction = session.transaction();
        boolean isAllowed = isAllowed(command.spec());
        if (isAllowed && transaction.queue(command, args, room)) {
            return QUEUED;
        }
        transaction.refuse();
        return isAllowed ? NO_ROOM : NOT_ALLOWED;
    }
}
