package io.kindred.server;

import io.kindred.cluster.message.Reply;
import io.kindred.command.ClientIdentity;
import io.kindred.command.ClientUser;
import io.kindred.command.Session;
import org.jspecify.annotations.Nullable;

/** CLIENT KILL: chooses connections by what they have in common, and closes them. */
final class ClientKill {
    private static final Reply NO_SUCH_CLIENT = Reply.error("ERR No such client");
    private static final Reply ID_TOO_SMALL = Reply.error("ERR client-id should be greater than 0");

    private final ClientRegistry clients;
    private final Session self;

    private @Nullable Long id;
    private @Nullable String address;
    private @Nullable String localAddress;
    private @Nullable String type;
    private boolean skipSelf = true;

    ClientKill(ClientRegistry clients, Session self) {
        this.clients = clients;
        this.self = self;
    }

    Reply run(byte[][] args) {
        if (args.length == 3) {
            address = Words.text(args[2]);
            skipSelf = false;
            return kill() == 0 ? NO_SUCH_CLIENT : Reply.OK;
        }
        for (int i = 2; i < args.length; i += 2) {
            Reply refusal = i + 1 < args.length ? option(args[i], args[i + 1]) : ClientCommand.SYNTAX;
            if (refusal != null) {
                return refusal;
            }
        }
        return Reply.integer(kill());
    }

    private @Nullable Reply option(byte[] name, byte[] value) {
        String word = Words.lower(value);
        switch (Words.lower(name)) {
            case "id" -> {
                id = Words.number(value);
                return id == null || id < 1 ? ID_TOO_SMALL : null;
            }
            case "type" -> {
                type = word;
                return ClientCommand.isType(word) ? null : ClientCommand.unknownType(value);
            }
            case "addr" -> address = Words.text(value);
            case "laddr" -> localAddress = Words.text(value);
            case "user" -> {
                return Words.text(value).equals(ClientUser.NAME)
                        ? null
                        : Reply.error("ERR No such user '" + Words.text(value) + "'");
            }
            case "skipme" -> {
                skipSelf = word.equals("yes");
                return skipSelf || word.equals("no") ? null : ClientCommand.SYNTAX;
            }
            default -> {
                return ClientCommand.SYNTAX;
            }
        }
        return null;
    }

    private int kill() {
        int killed = 0;
        for (ClientConnection client : clients.all()) {
            boolean isSelf = client.session() == self;
            if (!isOfType(client) || !isChosen(client.session().identity()) || (isSelf && skipSelf)) {
                continue;
            }
            killed++;
            if (isSelf) {
                self.flags().closeAfterReply();
            } else {
                client.closeNow();
            }
        }
        return killed;
    }

    private boolean isOfType(ClientConnection client) {
        return type == null || client.output().kind().isCalled(type);
    }

    private boolean isChosen(ClientIdentity client) {
        return (id == null || id == client.id())
                && (address == null || address.equals(client.addresses().remote()))
                && (localAddress == null
                        || localAddress.equals(client.addresses().local()));
    }
}
