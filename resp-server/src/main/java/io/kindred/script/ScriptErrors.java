package io.kindred.script;

import io.kindred.cluster.message.Reply;

/** Redis 7.0's errors of what a script calls, for {@link ScriptCalls#call}. */
public final class ScriptErrors {
    public static final Reply UNKNOWN_COMMAND = Reply.error("ERR Unknown Redis command called from script");
    public static final Reply WRONG_ARITY = Reply.error("ERR Wrong number of args calling Redis command from script");
    public static final Reply NOT_ALLOWED = Reply.error("ERR This Redis command is not allowed from script");
    public static final Reply READ_ONLY = Reply.error("ERR Write commands are not allowed from read-only scripts.");

    private ScriptErrors() {}
}
