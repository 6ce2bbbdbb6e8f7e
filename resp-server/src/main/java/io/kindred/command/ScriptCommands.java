package io.kindred.command;

import static io.kindred.command.CommandSpec.Flag.MOVABLEKEYS;
import static io.kindred.command.CommandSpec.Flag.NOSCRIPT;
import static io.kindred.command.CommandSpec.Flag.NO_MANDATORY_KEYS;
import static io.kindred.command.CommandSpec.Flag.READONLY;
import static io.kindred.command.CommandSpec.Flag.SKIP_MONITOR;
import static io.kindred.command.CommandSpec.Flag.STALE;

import io.kindred.cluster.message.Reply;
import io.kindred.script.ScriptCache;
import io.kindred.script.ScriptRefused;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** EVAL, EVALSHA, their read-only kinds, and SCRIPT. */
final class ScriptCommands {
    private static final Reply NOT_BUSY = Reply.error("NOTBUSY No scripts in execution right now.");
    private static final Reply FLUSH_SYNTAX = Reply.error("ERR SCRIPT FLUSH only support SYNC|ASYNC option");

    private static final String[] READ = {"RO", "access"};
    private static final String[] READ_WRITE = {"RW", "access", "update"};

    private final ScriptCache scripts;

    private ScriptCommands(ScriptCache scripts) {
        this.scripts = scripts;
    }

    static void register(CommandTable.Builder table, Settings settings) {
        ScriptCache scripts = new ScriptCache(ScriptCache.EVAL_SCRIPTS_MAX, settings.scriptCacheBytesMax());
        ScriptCommands commands = new ScriptCommands(scripts);
        table.scripts(scripts);
        table.group(ScriptFunction.NAME, all -> new ScriptFunction(all, scripts, settings));
        eval(table, "eval", "2.6.0", "Runs a script.", new EvalCommand(scripts, settings, false, false));
        eval(table, "evalsha", "2.6.0", "Runs a script by its SHA1.", new EvalCommand(scripts, settings, true, false));
        eval(
                table,
                "eval_ro",
                "7.0.0",
                "Runs a script that writes nothing.",
                new EvalCommand(scripts, settings, false, true));
        eval(
                table,
                "evalsha_ro",
                "7.0.0",
                "Runs a script that writes nothing, by its SHA1.",
                new EvalCommand(scripts, settings, true, true));
        CommandTable.Builder sub = new CommandTable.Builder();
        sub.add(
                spec("load", 3, "2.6.0", "O(N), N the length of the script", "Keeps a script, to be run by its SHA1.")
                        .flags(NOSCRIPT, STALE),
                (Action.OfSession) commands::load);
        sub.add(
                spec("exists", -3, "2.6.0", "O(N), N scripts", "Says which scripts are known.")
                        .flags(NOSCRIPT),
                (Action.OfCluster) commands::exists);
        sub.add(
                spec("flush", -2, "2.6.0", "O(N), N scripts", "Forgets all scripts.")
                        .flags(NOSCRIPT),
                (Action.OfCluster) commands::flush);
        sub.add(
                spec("kill", 2, "2.6.0", "O(1)", "Scripts end by themselves: an error.")
                        .flags(NOSCRIPT, CommandSpec.Flag.ALLOW_BUSY),
                (Action.OfSession) (session, args, server) -> NOT_BUSY);
        sub.add(
                HelpText.spec("script|help", "scripting"),
                HelpText.of(
                        "SCRIPT",
                        "EXISTS <sha1> [<sha1> ...]",
                        "Return which scripts are known to some node.",
                        "FLUSH [ASYNC|SYNC]",
                        "Forget all scripts, at all nodes.",
                        "KILL",
                        "Return an error: scripts end by themselves.",
                        "LOAD <script>",
                        "Keep a script of which EVALSHA knows the SHA1."));
        table.container(
                CommandSpec.named("script", -2)
                        .docs(
                                "scripting",
                                "2.6.0",
                                "Depends on subcommand.",
                                "Looks after the scripts that are known."),
                null,
                sub);
    }

    private static CommandSpec.Builder spec(String word, int arity, String since, String complexity, String summary) {
        return CommandSpec.named("script|" + word, arity).docs("scripting", since, complexity, summary);
    }

    private static void eval(
            CommandTable.Builder table, String name, String since, String summary, EvalCommand action) {
        CommandSpec.Builder spec = CommandSpec.named(name, -3)
                .keysBehindNumber(2, action.isReadOnly() ? READ : READ_WRITE)
                .flags(NO_MANDATORY_KEYS, MOVABLEKEYS, SKIP_MONITOR)
                .docs("scripting", since, "Depends on the script that is executed.", summary);
        table.add(action.isReadOnly() ? spec.flags(NOSCRIPT, STALE, READONLY) : spec.flags(NOSCRIPT, STALE), action);
    }

    private Reply load(Session session, byte[][] args, ServerView server) {
        try {
            return Reply.bulk(scripts.load(args[2]).sha1());
        } catch (ScriptRefused wrong) {
            return wrong.reply();
        }
    }

    private void exists(Session session, byte[][] args, ServerView server, ReplySink sink) {
        List<String> names = new ArrayList<>();
        for (int i = 2; i < args.length; i++) {
            names.add(new String(args[i], StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT));
        }
        server.commands().scriptSearch().find(names, server, () -> {
            List<Reply> known = new ArrayList<>();
            for (String name : names) {
                known.add(scripts.contains(name) ? Reply.ONE : Reply.ZERO);
            }
            sink.complete(Reply.array(known));
        });
    }

    private void flush(Session session, byte[][] args, ServerView server, ReplySink sink) {
        String how = args.length == 3 ? Ascii.lower(args[2]) : "sync";
        if (args.length > 3 || !(how.equals("sync") || how.equals("async"))) {
            sink.complete(FLUSH_SYNTAX);
            return;
        }
        scripts.flush();
        if (!server.cluster().isOpen() || server.keys().isAlone()) {
            sink.complete(Reply.OK);
            return;
        }
        server.cluster().flushScripts(new Answer<>() {
            @Override
            public void done(Reply reply) {
                sink.complete(reply);
            }

            @Override
            public void failed(String error) {
                sink.complete(Reply.error(error));
            }
        });
    }
}
