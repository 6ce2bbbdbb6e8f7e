package io.kindred.command;

import io.kindred.cluster.message.Reply;
import io.kindred.script.EvalArguments;
import io.kindred.script.Script;
import io.kindred.script.ScriptCache;
import io.kindred.script.ScriptRefused;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * EVAL and its like: by themselves a group update of their own, inside of MULTI a part of its.
 *
 * @param bySha1 whether the script is named by its SHA1; other nodes are sent its text
 */
record EvalCommand(ScriptCache scripts, Settings settings, boolean bySha1, boolean isReadOnly)
        implements Action.OfTurn, KeysFunction {
    private static final byte[] UNKNOWN = {};

    /** One that names no keys may touch any. */
    @Override
    public boolean isAlone(byte[][] args) {
        return args[2].length == 1 && args[2][0] == '0';
    }

    @Override
    public boolean writes(Session session) {
        return !isReadOnly;
    }

    @Override
    public void start(Session session, byte[][] args, ServerView server, ReplySink sink) {
        try {
            EvalArguments given = EvalArguments.parse(args);
            Script script = find(given);
            if (script == null) {
                new EvalRun(part(given, UNKNOWN, session.db()), given.sha1(), session, server, sink).start();
            } else {
                new EvalRun(part(given, script.text(), session.db()), session, server, sink).start();
            }
        } catch (ScriptRefused wrong) {
            sink.complete(wrong.reply());
        }
    }

    private @Nullable Script find(EvalArguments given) throws ScriptRefused {
        return bySha1 ? scripts.find(given.sha1()) : scripts.evaluate(given.script());
    }

    private ScriptPart part(EvalArguments given, byte[] text, int db) {
        return new ScriptPart(db, isReadOnly, text, given.keys(), given.arguments());
    }

    @Override
    public byte @Nullable [] @Nullable [] asSent(byte[][] args) {
        if (!bySha1) {
            return args;
        }
        Script script = scripts.find(Ascii.lower(args[1]));
        if (script == null) {
            return null;
        }
        byte[][] sent = args.clone();
        sent[0] = (isReadOnly ? "eval_ro" : "eval").getBytes(StandardCharsets.ISO_8859_1);
        sent[1] = script.text();
        return sent;
    }

    @Override
    public Reply run(byte[][] args, KeyValues keys) {
        try {
            EvalArguments given = EvalArguments.parse(args);
            return new ScriptFunction(keys.commands(), scripts, settings).run(part(given, given.script(), 0), keys);
        } catch (ScriptRefused wrong) {
            return wrong.reply();
        }
    }
}
