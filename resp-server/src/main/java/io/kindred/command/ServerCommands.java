package io.kindred.command;

import static io.kindred.command.CommandSpec.Flag.ADMIN;
import static io.kindred.command.CommandSpec.Flag.ALLOW_BUSY;
import static io.kindred.command.CommandSpec.Flag.LOADING;
import static io.kindred.command.CommandSpec.Flag.NOSCRIPT;
import static io.kindred.command.CommandSpec.Flag.NO_MULTI;
import static io.kindred.command.CommandSpec.Flag.STALE;

import io.kindred.cluster.message.Reply;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;

/** INFO and SHUTDOWN. */
final class ServerCommands {
    private ServerCommands() {}

    static void register(CommandTable.Builder table) {
        table.add(
                CommandSpec.named("info", -1)
                        .flags(LOADING, STALE)
                        .docs(
                                "server",
                                "1.0.0",
                                "O(1)",
                                "Returns statistics of this node and of the cluster as it knows it.")
                        .categories("dangerous")
                        .tips("nondeterministic_output", "request_policy:all_shards", "response_policy:special"),
                (Action.OfNode) ServerCommands::info);
        table.add(
                CommandSpec.named("shutdown", -1)
                        .flags(ADMIN, NOSCRIPT, LOADING, STALE, NO_MULTI, ALLOW_BUSY)
                        .docs("server", "1.0.0", "O(N), N unsaved writes", "Stops this node in good order."),
                (Action.OfCluster) ServerCommands::shutdown);
    }

    private static Reply info(Session session, byte[][] args, ServerView server) {
        Set<String> sections = new TreeSet<>();
        for (int i = 1; i < args.length; i++) {
            sections.add(Ascii.lower(args[i]));
        }
        return new Reply.Verbatim("txt", server.node().info(sections).getBytes(StandardCharsets.UTF_8));
    }

    private static void shutdown(Session session, byte[][] args, ServerView server, ReplySink sink) {
        boolean save = false;
        boolean nosave = false;
        boolean abort = false;
        boolean hurried = false;
        for (int i = 1; i < args.length; i++) {
            switch (Ascii.lower(args[i])) {
                case "save" -> save = true;
                case "nosave" -> nosave = true;
                case "abort" -> abort = true;
                case "now", "force" -> hurried = true;
                default -> {
                    sink.complete(Errors.SYNTAX);
                    return;
                }
            }
        }
        if (save && nosave || abort && (save || nosave || hurried)) {
            sink.complete(Errors.SYNTAX);
        } else if (abort) {
            sink.complete(Reply.error("ERR No shutdown in progress."));
        } else {
            server.node().shutdown(!nosave);
        }
    }
}
