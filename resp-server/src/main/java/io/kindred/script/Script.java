package io.kindred.script;

import io.kindred.cluster.message.Reply;
import io.kindred.lua.Chunk;
import io.kindred.lua.Libraries;
import io.kindred.lua.LuaError;
import io.kindred.lua.LuaString;
import io.kindred.lua.LuaTable;
import io.kindred.lua.Machine;
import io.kindred.lua.Meter;
import io.kindred.lua.ScriptStopped;
import io.kindred.lua.SyntaxError;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A script that is compiled. It never changes, so all threads may run it at the same time, each run for itself. */
public final class Script {
    private static final String SOURCE = "@user_script";
    private static final LuaString ERR = LuaString.constant("err");
    private static final Libraries LIBRARIES = new Libraries();

    static {
        RedisLibrary.addTo(LIBRARIES);
    }

    private final String sha1;
    private final ScriptFlags flags;
    private final Chunk chunk;
    private final byte[] text;

    private Script(String sha1, ScriptFlags flags, Chunk chunk, byte[] text) {
        this.sha1 = sha1;
        this.flags = flags;
        this.chunk = chunk;
        this.text = text;
    }

    /** Compiles a text, first line ({@link ScriptFlags}) and all. */
    public static Script compile(byte[] text) throws ScriptRefused {
        ScriptFlags flags = ScriptFlags.parse(text);
        try {
            byte[] body = flags.bodyStart() == 0 ? text : Arrays.copyOfRange(text, flags.bodyStart(), text.length);
            return new Script(sha1(text), flags, Chunk.compile(body, SOURCE), text);
        } catch (SyntaxError wrong) {
            throw new ScriptRefused("ERR Error compiling script (new function): " + utf8(wrong.text()));
        }
    }

    /** Forty digits of lower-case hex. */
    public static String sha1(byte[] text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(text));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-1", impossible);
        }
    }

    public String sha1() {
        return sha1;
    }

    /** As it was given; not to be changed. */
    public byte[] text() {
        return text;
    }

    public ScriptFlags flags() {
        return flags;
    }

    /** What it takes in memory, about: its code, and as much again as its text, which the cache keeps. */
    public long bytes() {
        return chunk.bytes() + text.length + 200;
    }

    /**
     * Runs it. The answer is the script's, or an error: its own, that of a call it did not catch, or that a limit was reached.
     *
     * @param keys the keys, which the script finds in {@code KEYS}; neither array is changed
     * @param arguments what it finds in {@code ARGV}
     */
    public Reply run(byte[][] keys, byte[][] arguments, ScriptCalls calls, ScriptLimits limits) {
        Meter meter = new Meter(limits.instructionsMax(), limits.memoryBytesMax(), limits.stopped());
        try {
            ScriptRun run = new ScriptRun(calls);
            Machine machine = new Machine(LIBRARIES, meter, run);
            machine.setGlobal("KEYS", table(machine, keys));
            machine.setGlobal("ARGV", table(machine, arguments));
            @Nullable Object[] results = machine.run(chunk);
            return new ReplyFromLua(run.protocol(), meter).convert(results.length == 0 ? null : results[0]);
        } catch (LuaError error) {
            return failed(error);
        } catch (ScriptStopped stopped) {
            calls.stopped();
            return stopped(stopped.reason(), limits);
        } catch (StackOverflowError tooDeep) {
            // Bounds keep each recursion well below this; a thread with a small stack may still get here, and nothing
            // is shared.
            calls.stopped();
            return Reply.error("ERR script took too much of the thread's stack" + where(-1, ""));
        } finally {
            calls.ended(meter.instructions());
        }
    }

    private static LuaTable table(Machine machine, byte[][] values) {
        LuaTable table = machine.newTable(values.length, 0);
        for (int i = 0; i < values.length; i++) {
            table.set(i + 1, machine.newString(values[i]));
        }
        return table;
    }

    private Reply failed(LuaError error) {
        Object value = error.value();
        String text;
        if (value instanceof LuaTable table) {
            text = table.get(ERR) instanceof LuaString s ? utf8(s) : "ERR unknown error";
        } else if (value instanceof LuaString s) {
            text = "ERR " + utf8(s);
        } else {
            text = "ERR " + (value == null || value instanceof Boolean ? String.valueOf(value) : "unknown error");
            text = text.replace("null", "nil");
        }
        return Reply.error(ReplyFromLua.oneLine(text) + where(error.line(), error.source()));
    }

    private static String utf8(String latin) {
        return new String(latin.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private static String utf8(LuaString text) {
        return new String(text.bytes(), StandardCharsets.UTF_8);
    }

    private String where(int line, String source) {
        return line < 0 ? " script: " + sha1 : " script: " + sha1 + ", on " + source + ":" + line + ".";
    }

    private Reply stopped(ScriptStopped.Cause reason, ScriptLimits limits) {
        String text = switch (reason) {
            case INSTRUCTIONS ->
                "ERR script ran longer than its " + limits.instructionsMax()
                        + " instructions (script-max-instructions)";
            case MEMORY ->
                "ERR script needs more than its " + limits.memoryBytesMax() + " bytes of memory (script-max-memory)";
            case STOPPED -> "ERR script was stopped";
        };
        return Reply.error(text + where(-1, ""));
    }
}
