package io.kindred.script;

import io.kindred.cluster.message.Reply;
import io.kindred.lua.Args;
import io.kindred.lua.Libraries;
import io.kindred.lua.LuaError;
import io.kindred.lua.LuaString;
import io.kindred.lua.LuaTable;
import io.kindred.lua.Machine;
import io.kindred.lua.Native;
import io.kindred.lua.Numbers;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The library {@code redis}. */
final class RedisLibrary {
    /** What scripts are told they run in. */
    private static final String VERSION = "7.0.15";

    private static final double VERSION_NUMBER = 0x07000f;
    private static final @Nullable Object[] NOTHING = {};

    private RedisLibrary() {}

    static void addTo(Libraries libraries) {
        Native[] functions = {
            new Native("call", (m, args) -> call(m, args, true)),
            new Native("pcall", (m, args) -> call(m, args, false)),
            new Native("error_reply", RedisLibrary::errorReply),
            new Native("status_reply", RedisLibrary::statusReply),
            new Native("sha1hex", RedisLibrary::sha1),
            new Native("log", RedisLibrary::log),
            new Native("setresp", RedisLibrary::setProtocol),
            new Native("set_repl", RedisLibrary::setReplication),
            new Native("replicate_commands", (m, args) -> new Object[] {true}),
            new Native("breakpoint", (m, args) -> new Object[] {false}),
            new Native("debug", (m, args) -> NOTHING),
            new Native("acl_check_cmd", RedisLibrary::permission),
        };
        libraries.add(
                "redis",
                functions,
                "REDIS_VERSION",
                LuaString.constant(VERSION),
                "REDIS_VERSION_NUM",
                VERSION_NUMBER,
                "LOG_DEBUG",
                0.0,
                "LOG_VERBOSE",
                1.0,
                "LOG_NOTICE",
                2.0,
                "LOG_WARNING",
                3.0,
                "REPL_NONE",
                0.0,
                "REPL_AOF",
                1.0,
                "REPL_SLAVE",
                2.0,
                "REPL_REPLICA",
                2.0,
                "REPL_ALL",
                3.0);
    }

    private static ScriptRun run(Machine machine) {
        return (ScriptRun) machine.host();
    }

    private static LuaError raised(Machine machine, String text) {
        return LuaError.of(LuaFromReply.error(machine, text, false));
    }

    private static @Nullable Object[] call(Machine machine, Args args, boolean raises) {
        byte[][] command = new byte[args.count()][];
        String wrong = words(args, command);
        LuaTable error = null;
        if (wrong != null) {
            error = LuaFromReply.error(machine, wrong, false);
        } else {
            ScriptRun run = run(machine);
            machine.meter().charge(50);
            long before = run.calls().writtenBytes();
            Reply reply = run.calls().call(command);
            // As libraries are charged: an instruction for 32 bytes that are copied. What is read is mostly not.
            long copied = run.calls().writtenBytes() - before;
            long read = reply instanceof Reply.Bulk bulk ? bulk.bytes().length : 0;
            machine.meter().charge((copied >> 5) + (read >> 8));
            if (!(reply instanceof Reply.Error told)) {
                return new Object[] {new LuaFromReply(machine, run.protocol()).convert(reply)};
            }
            error = LuaFromReply.error(machine, told.text(), true);
        }
        if (raises) {
            throw LuaError.of(error);
        }
        return new Object[] {error};
    }

    /** Fills in the words; what is wrong with them, or null. */
    private static @Nullable String words(Args args, byte[][] command) {
        if (command.length == 0) {
            return "ERR Please specify at least one argument for this redis lib call";
        }
        for (int i = 0; i < command.length; i++) {
            Object arg = args.get(i + 1);
            if (arg instanceof LuaString s) {
                command[i] = s.bytes();
            } else if (arg instanceof Double d) {
                command[i] = shown(d).getBytes(StandardCharsets.ISO_8859_1);
            } else {
                return "ERR Lua redis lib command arguments must be strings or integers";
            }
        }
        return null;
    }

    private static String shown(double number) {
        long whole = (long) number;
        boolean plain = whole == number && Math.abs(whole) < 1L << 53 && (whole != 0 || 1 / number > 0);
        return plain ? Long.toString(whole) : Numbers.general(number, 17);
    }

    private static @Nullable LuaString onlyString(Args args) {
        return args.count() == 1 && args.get(1) instanceof LuaString s ? s : null;
    }

    private static @Nullable Object[] errorReply(Machine machine, Args args) {
        LuaString given = onlyString(args);
        if (given == null) {
            return new Object[] {LuaFromReply.error(machine, "ERR wrong number or type of arguments", false)};
        }
        String text = new String(given.bytes(), StandardCharsets.UTF_8);
        String message = text.startsWith("-") ? text.substring(1) : text;
        boolean hasCode = ReplyFromLua.oneLine(message).indexOf(' ') >= 0;
        return new Object[] {LuaFromReply.error(machine, hasCode ? message : "ERR " + message, false)};
    }

    private static @Nullable Object[] statusReply(Machine machine, Args args) {
        LuaString given = onlyString(args);
        if (given == null) {
            return new Object[] {LuaFromReply.error(machine, "ERR wrong number or type of arguments", false)};
        }
        LuaTable table = machine.newTable(0, 1);
        table.set(LuaString.constant("ok"), given);
        return new Object[] {table};
    }

    private static byte[] text(@Nullable Object value) {
        if (value instanceof LuaString s) {
            return s.bytes();
        }
        return value instanceof Double d ? Numbers.general(d, 14).getBytes(StandardCharsets.ISO_8859_1) : new byte[0];
    }

    private static @Nullable Object[] sha1(Machine machine, Args args) {
        if (args.count() != 1) {
            throw raised(machine, "ERR wrong number of arguments");
        }
        byte[] text = text(args.get(1));
        machine.meter().charge(20 + (text.length >> 3));
        return new Object[] {machine.newString(Script.sha1(text))};
    }

    private static @Nullable Object[] log(Machine machine, Args args) {
        if (args.count() < 2) {
            throw raised(machine, "ERR redis.log() requires two arguments or more.");
        }
        if (!(args.get(1) instanceof Double level)) {
            throw raised(machine, "ERR First argument must be a number (log level).");
        }
        if (level < 0 || level > 3) {
            throw raised(machine, "ERR Invalid debug level.");
        }
        StringBuilder line = new StringBuilder();
        for (int i = 2; i <= args.count(); i++) {
            byte[] word = text(args.get(i));
            machine.meter().charge(20 + (word.length >> 3));
            line.append(i > 2 ? " " : "").append(new String(word, StandardCharsets.UTF_8));
        }
        run(machine).calls().log((int) (double) level, line.toString());
        return NOTHING;
    }

    private static @Nullable Object[] setProtocol(Machine machine, Args args) {
        if (args.count() != 1) {
            throw raised(machine, "ERR redis.setresp() requires one argument.");
        }
        if (!(args.get(1) instanceof Double protocol) || protocol != 2 && protocol != 3) {
            throw raised(machine, "ERR RESP version must be 2 or 3.");
        }
        run(machine).setProtocol((int) (double) protocol);
        return NOTHING;
    }

    /** What is replicated are records, so there is nothing to choose; only what Redis refuses is refused. */
    private static @Nullable Object[] setReplication(Machine machine, Args args) {
        if (args.count() != 1) {
            throw raised(machine, "ERR redis.set_repl() requires two arguments.");
        }
        if (args.get(1) instanceof Double flags && ((int) (double) flags & ~3) != 0) {
            throw raised(machine, "ERR Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.");
        }
        return NOTHING;
    }

    private static @Nullable Object[] permission(Machine machine, Args args) {
        byte[][] command = new byte[args.count()][];
        String wrong = words(args, command);
        if (wrong != null) {
            throw raised(machine, wrong);
        }
        return switch (run(machine).calls().permission(command)) {
            case GRANTED -> new Object[] {true};
            case REFUSED -> new Object[] {false};
            case UNKNOWN_COMMAND -> throw raised(machine, "ERR Invalid command passed to redis.acl_check_cmd()");
        };
    }
}
