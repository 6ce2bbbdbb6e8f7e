package io.kindred.command;

import static io.kindred.command.CommandSpec.Flag.ADMIN;
import static io.kindred.command.CommandSpec.Flag.FAST;
import static io.kindred.command.CommandSpec.Flag.LOADING;
import static io.kindred.command.CommandSpec.Flag.NOSCRIPT;
import static io.kindred.command.CommandSpec.Flag.NO_ASYNC_LOADING;
import static io.kindred.command.CommandSpec.Flag.NO_MULTI;
import static io.kindred.command.CommandSpec.Flag.READONLY;
import static io.kindred.command.CommandSpec.Flag.STALE;

import io.kindred.cluster.message.Reply;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * ROLE, LOLWUT, MODULE, and SAVE with its kin: what tools ask of any Redis. What is acknowledged is in the log already; to save is
 * to move it from memory into the tables, so that the log can be dropped and the next start has nothing to replay.
 */
final class ToolCommands {
    private static final Reply SAVING = Reply.error("ERR Background save already in progress");
    private static final Reply ROLE =
            Reply.array(List.of(Reply.bulk("master"), Reply.integer(0), Reply.array(List.of())));
    /** A ring of twelve, three of which hold a key. */
    private static final String RING = """
                  o  o  o
               o           o
             #               o
             #      key      o
               #           o
                  o  o  o

            Any of them takes your write. Kindred ver.\s""";

    private ToolCommands() {}

    static void register(CommandTable.Builder table) {
        table.add(
                CommandSpec.named("role", 1)
                        .flags(NOSCRIPT, LOADING, STALE, FAST)
                        .docs("server", "2.8.12", "O(1)", "Says that this node is a master: all nodes take writes.")
                        .categories("admin", "dangerous"),
                (Action.OfSession) (session, args, server) -> ROLE);
        table.add(
                CommandSpec.named("lolwut", -1)
                        .flags(READONLY, FAST)
                        .docs("server", "5.0.0", "O(1)", "Draws a ring, and tells the version."),
                (Action.OfSession) (session, args, server) -> new Reply.Verbatim(
                        "txt", (RING + server.node().version() + "\n").getBytes(StandardCharsets.UTF_8)));
        registerSaves(table);
        registerModules(table);
    }

    private static void registerSaves(CommandTable.Builder table) {
        table.add(
                save("save", 1, "1.0.0", "Moves all data from memory into tables, and waits until it is there.")
                        .flags(NO_MULTI),
                (Action.OfCluster) ToolCommands::save);
        table.add(save("bgsave", -1, "1.0.0", "Begins to move all data from memory into tables."), (Action.OfCluster)
                ToolCommands::saveInBackground);
        table.add(
                save(
                        "bgrewriteaof",
                        1,
                        "1.0.0",
                        "Begins to move all data into tables, so that the log can be dropped."),
                (Action.OfCluster) (session, args, server, sink) ->
                        begin(server, sink, "Background append only file rewriting started"));
        table.add(
                CommandSpec.named("lastsave", 1)
                        .flags(LOADING, STALE, FAST)
                        .docs(
                                "server",
                                "1.0.0",
                                "O(1)",
                                "Tells when the last SAVE or BGSAVE was done, in Unix seconds.")
                        .categories("admin", "dangerous")
                        .tips("nondeterministic_output"),
                (Action.OfNode) (session, args, server) ->
                        Reply.integer(server.node().saves().lastSeconds()));
    }

    private static CommandSpec.Builder save(String name, int arity, String since, String summary) {
        return CommandSpec.named(name, arity)
                .flags(ADMIN, NOSCRIPT, NO_ASYNC_LOADING)
                .docs("server", since, "O(N), N bytes in memory", summary);
    }

    private static void save(Session session, byte[][] args, ServerView server, ReplySink sink) {
        boolean begun = server.node()
                .saves()
                .begin(error -> sink.complete(error == null ? Reply.OK : Reply.error("ERR " + error)));
        if (!begun) {
            sink.complete(SAVING);
        }
    }

    private static void saveInBackground(Session session, byte[][] args, ServerView server, ReplySink sink) {
        if (args.length > 2 || args.length == 2 && !Ascii.is(args[1], "schedule")) {
            sink.complete(Errors.SYNTAX);
            return;
        }
        begin(server, sink, "Background saving started");
    }

    private static void begin(ServerView server, ReplySink sink, String started) {
        boolean begun = server.node().saves().begin(error -> {});
        sink.complete(begun ? new Reply.Simple(started) : SAVING);
    }

    private static void registerModules(CommandTable.Builder table) {
        CommandTable.Builder modules = new CommandTable.Builder();
        modules.add(
                CommandSpec.named("module|list", 2)
                        .flags(ADMIN, NOSCRIPT)
                        .docs("server", "4.0.0", "O(1)", "Lists the modules: there are none.")
                        .tips("nondeterministic_output_order"),
                (Action.OfSession) (session, args, server) -> Reply.EMPTY_ARRAY);
        modules.add(
                HelpText.spec("module|help", "server"),
                HelpText.of("MODULE", "LIST", "Return an empty list: there are no modules."));
        table.container(
                CommandSpec.named("module", -2).docs("server", "4.0.0", "Depends on subcommand.", "Looks at modules."),
                null,
                modules);
    }
}
