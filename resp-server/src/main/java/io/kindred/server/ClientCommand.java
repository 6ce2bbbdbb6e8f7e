package io.kindred.server;

import static io.kindred.command.CommandSpec.Flag.ADMIN;
import static io.kindred.command.CommandSpec.Flag.LOADING;
import static io.kindred.command.CommandSpec.Flag.NOSCRIPT;
import static io.kindred.command.CommandSpec.Flag.STALE;

import io.kindred.cluster.message.Reply;
import io.kindred.command.Action;
import io.kindred.command.ClientIdentity;
import io.kindred.command.CommandSpec;
import io.kindred.command.CommandTable;
import io.kindred.command.ServerView;
import io.kindred.command.Session;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** CLIENT and its subcommands: a connection looks at itself and at the others. */
final class ClientCommand {
    static final Reply SYNTAX = Reply.error("ERR syntax error");
    private static final Reply INVALID_ID = Reply.error("ERR Invalid client ID");
    private static final Set<String> TYPES = Set.of("normal", "master", "replica", "slave", "pubsub");
    private static final List<String> HELP = List.of(
            "CLIENT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            "CACHING (YES|NO)",
            "    Enable/disable tracking of the keys for next command in OPTIN/OPTOUT modes.",
            "GETREDIR",
            "    Return the client ID we are redirecting to when tracking is enabled.",
            "GETNAME",
            "    Return the name of the current connection.",
            "ID",
            "    Return the ID of the current connection.",
            "INFO",
            "    Return information about the current client connection.",
            "KILL <ip:port>",
            "    Kill connection made from <ip:port>.",
            "KILL <option> <value> [<option> <value> [...]]",
            "    Kill connections. Options are:",
            "    * ADDR <ip:port>",
            "      Kill connections made from the specified address",
            "    * ID <client-id>",
            "      Kill the connection with the specified id.",
            "    * LADDR <ip:port>",
            "      Kill connections made to specified local address",
            "    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)",
            "      Kill connections by type.",
            "    * USER <username>",
            "      Kill connections authenticated by <username>. There is one user, default.",
            "    * SKIPME (YES|NO)",
            "      Skip killing current connection (default: yes).",
            "LIST [options ...]",
            "    Return information about client connections. Options:",
            "    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)",
            "      Return clients of specified type.",
            "    * ID <client-id> [<client-id> ...]",
            "      Return the clients with the specified ids.",
            "NO-EVICT (ON|OFF)",
            "    Protect current client connection from eviction.",
            "NO-TOUCH (ON|OFF)",
            "    Will not touch LRU/LFU stats when this mode is on.",
            "PAUSE <timeout> [WRITE|ALL]",
            "    Suspend all, or just write, clients for <timeout> milliseconds.",
            "REPLY (ON|OFF|SKIP)",
            "    Control the replies sent to the current connection.",
            "SETINFO <option> <value>",
            "    Set client meta attr. Options are:",
            "    * LIB-NAME: the client lib name.",
            "    * LIB-VER: the client lib version.",
            "SETNAME <name>",
            "    Assign the name <name> to the current connection.",
            "TRACKING (ON|OFF) [REDIRECT <id>] [BCAST] [PREFIX <prefix> [...]]",
            "         [OPTIN] [OPTOUT] [NOLOOP]",
            "    Control server assisted client side caching.",
            "TRACKINGINFO",
            "    Report tracking status for the current connection.",
            "UNPAUSE",
            "    Stop the current client pause, resuming traffic.",
            "HELP",
            "    Prints this help.");

    private final ClientRegistry clients;

    private ClientCommand(ClientRegistry clients) {
        this.clients = clients;
    }

    static void register(
            CommandTable.Builder table, ClientRegistry clients, ClientPause pause, TrackingCommands tracking) {
        ClientCommand command = new ClientCommand(clients);
        CommandTable.Builder subcommands = new CommandTable.Builder();
        own(subcommands, "getname", 2, "2.6.9", "Tells the name of the connection.", ClientCommand::getName);
        own(
                subcommands,
                "id",
                2,
                "5.0.0",
                "Tells the id of the connection.",
                (session, args, server) -> Reply.integer(session.identity().id()));
        own(subcommands, "info", 2, "6.2.0", "Describes the connection.", command::info);
        own(subcommands, "reply", 3, "3.2.0", "Turns replies on or off, or skips one.", ClientCommand::reply);
        own(
                subcommands,
                "setinfo",
                4,
                "7.2.0",
                "Sets the name or version of the client's library.",
                (session, args, server) -> setInfo(session.identity(), args));
        own(subcommands, "setname", 3, "2.6.9", "Sets the name of the connection.", ClientCommand::setName);
        own(
                subcommands,
                "no-touch",
                3,
                "7.2.0",
                "Accepted; nothing here depends on it.",
                (session, args, server) -> onOff(args[2], session.flags()::noTouch));
        admin(
                subcommands,
                "no-evict",
                3,
                "7.0.0",
                "Accepted; clients are not evicted here.",
                (session, args, server) -> onOff(args[2], session.flags()::noEvict));
        admin(subcommands, "list", -2, "2.4.0", "Lists the connections.", command::list);
        admin(
                subcommands,
                "kill",
                -3,
                "2.4.0",
                "Closes connections.",
                (session, args, server) -> new ClientKill(clients, session).run(args));
        admin(
                subcommands,
                "pause",
                -3,
                "2.9.50",
                "Holds the commands of all clients back, or those that write, for some time.",
                (session, args, server) -> pause.begin(args));
        admin(subcommands, "unpause", 2, "6.2.0", "Ends a pause.", (session, args, server) -> pause.end());
        tracking.register(subcommands);
        subcommands.add(named("help", 2, "5.0.0", "Explains the subcommands.").flags(LOADING, STALE), (Action.OfSession)
                (session, args, server) -> help());
        table.container(
                CommandSpec.named("client", -2)
                        .docs("connection", "2.4.0", "Depends on subcommand.", "A container for connection commands."),
                null,
                subcommands);
    }

    private static void own(
            CommandTable.Builder table, String name, int arity, String since, String summary, Action.OfSession action) {
        table.add(named(name, arity, since, summary).flags(NOSCRIPT, LOADING, STALE), action);
    }

    private static void admin(
            CommandTable.Builder table, String name, int arity, String since, String summary, Action.OfSession action) {
        table.add(named(name, arity, since, summary).flags(ADMIN, NOSCRIPT, LOADING, STALE), action);
    }

    private static CommandSpec.Builder named(String name, int arity, String since, String summary) {
        return CommandSpec.named("client|" + name, arity)
                .docs("connection", since, "O(1)", summary)
                .categories("connection");
    }

    private Reply info(Session session, byte[][] args, ServerView server) {
        ClientConnection self = clients.find(session.identity().id());
        return show(self == null ? List.of() : List.of(self), server);
    }

    private Reply list(Session session, byte[][] args, ServerView server) {
        if (args.length == 2) {
            return show(clients.all(), server);
        }
        String option = Words.lower(args[2]);
        if (option.equals("type") && args.length == 4) {
            String type = Words.lower(args[3]);
            return isType(type) ? show(ofType(type), server) : unknownType(args[3]);
        }
        if (!option.equals("id") || args.length < 4) {
            return SYNTAX;
        }
        List<ClientConnection> chosen = new ArrayList<>();
        for (int i = 3; i < args.length; i++) {
            Long id = Words.number(args[i]);
            if (id == null) {
                return INVALID_ID;
            }
            ClientConnection client = clients.find(id);
            if (client != null) {
                chosen.add(client);
            }
        }
        return show(chosen, server);
    }

    private List<ClientConnection> ofType(String type) {
        List<ClientConnection> chosen = clients.all();
        chosen.removeIf(client -> !client.output().kind().isCalled(type));
        return chosen;
    }

    static boolean isType(String lowerCase) {
        return TYPES.contains(lowerCase);
    }

    static Reply unknownType(byte[] type) {
        return Reply.error("ERR Unknown client type '" + Words.text(type) + "'");
    }

    private static Reply show(List<ClientConnection> some, ServerView server) {
        StringBuilder lines = new StringBuilder();
        long nowMillis = server.clock().millis();
        for (ClientConnection client : some) {
            ClientLine.append(lines, client, nowMillis);
        }
        return new Reply.Verbatim("txt", lines.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static Reply reply(Session session, byte[][] args, ServerView server) {
        switch (Words.lower(args[2])) {
            case "on" -> session.replies().on();
            case "off" -> session.replies().off();
            case "skip" -> session.replies().skip();
            default -> {
                return SYNTAX;
            }
        }
        return Reply.OK;
    }

    private static Reply getName(Session session, byte[][] args, ServerView server) {
        String name = session.identity().name();
        return name.isEmpty() ? Reply.NIL : Reply.bulk(name);
    }

    private static Reply setName(Session session, byte[][] args, ServerView server) {
        String name = Words.text(args[2]);
        if (!Words.isPlain(name)) {
            return ConnectionCommands.NAME_NOT_PLAIN;
        }
        session.identity().name(name);
        return Reply.OK;
    }

    private static Reply setInfo(ClientIdentity client, byte[][] args) {
        String option = Words.lower(args[2]);
        String value = Words.text(args[3]);
        if (!option.equals("lib-name") && !option.equals("lib-ver")) {
            return Reply.error("ERR Unrecognized option '" + Words.text(args[2]) + "'");
        }
        if (!Words.isPlain(value)) {
            return Reply.error("ERR " + option + " cannot contain spaces, newlines or special characters.");
        }
        if (option.equals("lib-name")) {
            client.libraryName(value);
        } else {
            client.libraryVersion(value);
        }
        return Reply.OK;
    }

    /** A switch of the session. */
    @FunctionalInterface
    private interface Switch {
        void set(boolean on);
    }

    private static Reply onOff(byte[] word, Switch target) {
        String lower = Words.lower(word);
        if (!lower.equals("on") && !lower.equals("off")) {
            return SYNTAX;
        }
        target.set(lower.equals("on"));
        return Reply.OK;
    }

    private static Reply help() {
        List<Reply> lines = new ArrayList<>();
        HELP.forEach(line -> lines.add(new Reply.Simple(line)));
        return Reply.array(lines);
    }
}
