package io.kindred.server;

import static io.kindred.command.CommandSpec.Flag.ALLOW_BUSY;
import static io.kindred.command.CommandSpec.Flag.FAST;
import static io.kindred.command.CommandSpec.Flag.LOADING;
import static io.kindred.command.CommandSpec.Flag.NOSCRIPT;
import static io.kindred.command.CommandSpec.Flag.NO_AUTH;
import static io.kindred.command.CommandSpec.Flag.STALE;
import static io.kindred.command.CommandSpec.Flag.SUBSCRIBED;

import io.kindred.cluster.message.Reply;
import io.kindred.command.Action;
import io.kindred.command.ClientIdentity;
import io.kindred.command.ClientUser;
import io.kindred.command.CommandSpec;
import io.kindred.command.CommandTable;
import io.kindred.command.ReplySink;
import io.kindred.command.ServerView;
import io.kindred.command.Session;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** PING, ECHO, HELLO, AUTH, SELECT, QUIT, RESET and TIME: what a client settles with the node that it talks to. */
public final class ConnectionCommands {
    /** The Redis whose replies ours are like; clients choose their features by it. */
    public static final String REDIS_VERSION = "7.2.5";

    private static final Reply PONG = new Reply.Simple("PONG");
    private static final Reply PONG_MESSAGE = Reply.bulk("pong");
    private static final Reply RESET = new Reply.Simple("RESET");
    private static final Reply SYNTAX = Reply.error("ERR syntax error");
    private static final Reply NOT_AN_INTEGER = Reply.error("ERR value is not an integer or out of range");
    private static final Reply NOT_AN_INT =
            Reply.error("ERR value is out of range, value must between -2147483648 and 2147483647");
    private static final Reply NO_SUCH_DATABASE = Reply.error("ERR DB index is out of range");
    private static final Reply WRONG_PASSWORD =
            Reply.error("WRONGPASS invalid username-password pair or user is disabled.");
    private static final Reply NO_PASSWORD = Reply.error("ERR AUTH <password> called without any password configured"
            + " for the default user. Are you sure your configuration is correct?");
    private static final Reply HELLO_FIRST = Reply.error("NOAUTH HELLO must be called with the client already"
            + " authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the"
            + " client and select the RESP protocol version at the same time");
    private static final Reply NO_SUCH_PROTOCOL = Reply.error("NOPROTO unsupported protocol version");
    private static final Reply PROTOCOL_NOT_AN_INTEGER =
            Reply.error("ERR Protocol version is not an integer or out of range");
    static final Reply NAME_NOT_PLAIN =
            Reply.error("ERR Client names cannot contain spaces, newlines or special characters.");

    private final WrongPasswords wrongPasswords;

    private ConnectionCommands(WrongPasswords wrongPasswords) {
        this.wrongPasswords = wrongPasswords;
    }

    static void register(CommandTable.Builder table, WrongPasswords wrongPasswords) {
        ConnectionCommands commands = new ConnectionCommands(wrongPasswords);
        table.add(
                named("ping", -1, "1.0.0", "Answers PONG, or the message that it was given.")
                        .flags(FAST, SUBSCRIBED)
                        .tips("request_policy:all_shards", "response_policy:all_succeeded"),
                (Action.OfSession) ConnectionCommands::ping);
        table.add(
                named("echo", 2, "1.0.0", "Answers the message that it was given.")
                        .flags(LOADING, STALE, FAST),
                (Action.OfSession) (session, args, server) -> Reply.bulk(args[1]));
        table.add(
                named("hello", -1, "6.0.0", "Chooses the protocol version; may authenticate and set a name.")
                        .flags(NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, ALLOW_BUSY),
                (Action.OfCluster) commands::hello);
        table.add(
                named("auth", -2, "1.0.0", "Authenticates the connection.")
                        .flags(NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, ALLOW_BUSY),
                (Action.OfCluster) commands::auth);
        table.add(
                named("select", 2, "1.0.0", "Chooses the database of the connection.")
                        .flags(LOADING, STALE, FAST),
                (Action.OfSession) ConnectionCommands::select);
        table.add(
                named("quit", -1, "1.0.0", "Closes the connection.")
                        .flags(NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, ALLOW_BUSY, SUBSCRIBED),
                (Action.OfSession) (session, args, server) -> {
                    session.flags().closeAfterReply();
                    return Reply.OK;
                });
        table.add(
                named("reset", 1, "6.2.0", "Puts the connection back to how it began.")
                        .flags(NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, ALLOW_BUSY, SUBSCRIBED),
                (Action.OfSession) (session, args, server) -> {
                    session.reset(server.settings().password() != null);
                    return RESET;
                });
        table.add(
                CommandSpec.named("time", 1)
                        .docs("server", "2.6.0", "O(1)", "Tells the node's time, in seconds and microseconds.")
                        .flags(LOADING, STALE, FAST)
                        .tips("nondeterministic_output"),
                (Action.OfNode) (session, args, server) -> time(server.clock().instant()));
    }

    private static CommandSpec.Builder named(String name, int arity, String since, String summary) {
        return CommandSpec.named(name, arity)
                .docs("connection", since, "O(1)", summary)
                .categories("connection");
    }

    private static Reply ping(Session session, byte[][] args, ServerView server) {
        boolean isMessage = session.isInSubscribedMode();
        return switch (args.length) {
            case 1 -> isMessage ? Reply.array(List.of(PONG_MESSAGE, Reply.bulk(""))) : PONG;
            case 2 -> isMessage ? Reply.array(List.of(PONG_MESSAGE, Reply.bulk(args[1]))) : Reply.bulk(args[1]);
            default -> Reply.error("ERR wrong number of arguments for 'ping' command");
        };
    }

    private static Reply select(Session session, byte[][] args, ServerView server) {
        Long number = Words.number(args[1]);
        if (number == null) {
            return NOT_AN_INTEGER;
        }
        if (number != number.intValue()) {
            return NOT_AN_INT;
        }
        if (number < 0 || number >= server.settings().databases()) {
            return NO_SUCH_DATABASE;
        }
        session.identity().db(number.intValue());
        return Reply.OK;
    }

    private void auth(Session session, byte[][] args, ServerView server, ReplySink sink) {
        String password = server.settings().password();
        if (args.length > 3) {
            sink.complete(SYNTAX);
        } else if (args.length == 2 && password == null) {
            sink.complete(NO_PASSWORD);
        } else if (isRight(args.length == 3 ? args[1] : null, args[args.length - 1], password)) {
            session.user().authenticate();
            sink.complete(Reply.OK);
        } else {
            refusePassword(session, sink);
        }
    }

    private void refusePassword(Session session, ReplySink sink) {
        wrongPasswords.refuse(session.identity(), sink, WRONG_PASSWORD);
    }

    /** Without {@code requirepass} any password is right. */
    private static boolean isRight(byte @Nullable [] user, byte[] given, @Nullable String password) {
        if (user != null && !Words.text(user).equals(ClientUser.NAME)) {
            return false;
        }
        // Takes as long for a wrong password as for a right one, so that time tells nothing.
        return password == null || MessageDigest.isEqual(given, password.getBytes(StandardCharsets.UTF_8));
    }

    private void hello(Session session, byte[][] args, ServerView server, ReplySink sink) {
        Hello hello = new Hello();
        Reply refusal = hello.parse(args);
        if (refusal != null) {
            sink.complete(refusal);
            return;
        }
        if (hello.password != null) {
            if (!isRight(hello.user, hello.password, server.settings().password())) {
                refusePassword(session, sink);
                return;
            }
            session.user().authenticate();
        }
        sink.complete(session.user().isAuthenticated() ? greet(session.identity(), hello) : HELLO_FIRST);
    }

    private static Reply greet(ClientIdentity client, Hello hello) {
        if (hello.name != null) {
            client.name(hello.name);
        }
        if (hello.protocol != 0) {
            client.protocol(hello.protocol);
        }
        return new Reply.Pairs(List.of(
                Reply.bulk("server"),
                Reply.bulk("redis"),
                Reply.bulk("version"),
                Reply.bulk(REDIS_VERSION),
                Reply.bulk("proto"),
                Reply.integer(client.protocol()),
                Reply.bulk("id"),
                Reply.integer(client.id()),
                Reply.bulk("mode"),
                Reply.bulk("standalone"),
                Reply.bulk("role"),
                Reply.bulk("master"),
                Reply.bulk("modules"),
                Reply.EMPTY_ARRAY));
    }

    private static Reply time(Instant now) {
        return Reply.array(List.of(
                Reply.bulk(Long.toString(now.getEpochSecond())), Reply.bulk(Integer.toString(now.getNano() / 1000))));
    }

    /** The arguments of HELLO. Nothing of it takes effect unless all of it is well-formed. */
    private static final class Hello {
        private int protocol;
        private byte @Nullable [] user;
        private byte @Nullable [] password;
        private @Nullable String name;

        @Nullable
        Reply parse(byte[][] args) {
            if (args.length >= 2) {
                Long version = Words.number(args[1]);
                if (version == null) {
                    return PROTOCOL_NOT_AN_INTEGER;
                }
                if (version != 2 && version != 3) {
                    return NO_SUCH_PROTOCOL;
                }
                protocol = version.intValue();
            }
            for (int i = 2; i < args.length; i++) {
                int more = args.length - 1 - i;
                String option = Words.lower(args[i]);
                if (option.equals("auth") && more >= 2) {
                    user = args[++i];
                    password = args[++i];
                } else if (option.equals("setname") && more >= 1) {
                    name = Words.text(args[++i]);
                    if (!Words.isPlain(name)) {
                        return NAME_NOT_PLAIN;
                    }
                } else {
                    return Reply.error("ERR Syntax error in HELLO option '" + Words.text(args[i]) + "'");
                }
            }
            return null;
        }
    }
}
