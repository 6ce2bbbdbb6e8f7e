package io.kindred.script;

import io.kindred.cluster.message.Reply;
import io.kindred.lua.LuaString;
import io.kindred.lua.LuaTable;
import io.kindred.lua.Meter;
import io.kindred.lua.Numbers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a script gives back, as a reply: Redis 7.0's rules. */
final class ReplyFromLua {
    private static final LuaString ERR = LuaString.constant("err");
    private static final LuaString OK = LuaString.constant("ok");
    private static final LuaString DOUBLE = LuaString.constant("double");
    private static final LuaString MAP = LuaString.constant("map");
    private static final LuaString SET = LuaString.constant("set");
    private static final LuaString BIG_NUMBER = LuaString.constant("big_number");
    private static final LuaString VERBATIM = LuaString.constant("verbatim_string");
    private static final LuaString STRING = LuaString.constant("string");
    private static final LuaString FORMAT = LuaString.constant("format");

    /** Tables may hold themselves, a reply cannot; and whoever writes a reply recurses into it. */
    private static final int DEPTH_MAX = 200;

    /** What an item takes, in bytes. A few tables that hold each other unfold into any number of items, so they count. */
    private static final int ITEM_BYTES = 40;

    private final int protocol;
    private final Meter meter;

    ReplyFromLua(int protocol, Meter meter) {
        this.protocol = protocol;
        this.meter = meter;
    }

    Reply convert(@Nullable Object value) {
        return convert(value, 0);
    }

    private Reply convert(@Nullable Object value, int depth) {
        meter.charge(1);
        meter.pin(ITEM_BYTES);
        if (value instanceof LuaString s) {
            return Reply.bulk(s.bytes());
        } else if (value instanceof Double d) {
            return Reply.integer(Numbers.toLong(d));
        } else if (value instanceof Boolean b) {
            return protocol == 3 ? new Reply.Bool(b) : b ? Reply.ONE : Reply.NIL;
        } else if (value instanceof LuaTable table) {
            return depth >= DEPTH_MAX ? Reply.error("ERR reached lua stack limit") : table(table, depth + 1);
        }
        return Reply.NIL;
    }

    private Reply table(LuaTable table, int depth) {
        if (table.get(ERR) instanceof LuaString s) {
            return Reply.error(oneLine(new String(s.bytes(), StandardCharsets.UTF_8)));
        } else if (table.get(OK) instanceof LuaString s) {
            return new Reply.Simple(oneLine(new String(s.bytes(), StandardCharsets.UTF_8)));
        } else if (table.get(DOUBLE) instanceof Double d) {
            return new Reply.Real(d);
        } else if (table.get(MAP) instanceof LuaTable map) {
            return map(map, depth);
        } else if (table.get(SET) instanceof LuaTable set) {
            return set(set, depth);
        } else if (table.get(BIG_NUMBER) instanceof LuaString s) {
            return Reply.bulk(oneLine(s.latin()).getBytes(StandardCharsets.ISO_8859_1));
        } else if (table.get(VERBATIM) instanceof LuaTable v
                && v.get(STRING) instanceof LuaString text
                && v.get(FORMAT) instanceof LuaString format) {
            return new Reply.Verbatim(threeLetters(format.latin()), text.bytes());
        }
        return array(table, depth);
    }

    private static String threeLetters(String format) {
        return (format + "   ").substring(0, 3);
    }

    private Reply map(LuaTable map, int depth) {
        List<Reply> pairs = new ArrayList<>();
        for (int at = map.occupiedFrom(0); at >= 0; at = map.occupiedFrom(at + 1)) {
            pairs.add(convert(map.keyAt(at), depth));
            pairs.add(convert(map.valueAt(at), depth));
        }
        return new Reply.Pairs(pairs);
    }

    private Reply set(LuaTable set, int depth) {
        List<Reply> members = new ArrayList<>();
        for (int at = set.occupiedFrom(0); at >= 0; at = set.occupiedFrom(at + 1)) {
            members.add(convert(set.keyAt(at), depth));
        }
        return new Reply.Unordered(members);
    }

    private Reply array(LuaTable table, int depth) {
        List<Reply> list = new ArrayList<>();
        Object item = table.get(1);
        while (item != null) {
            list.add(convert(item, depth));
            item = table.get(list.size() + 1);
        }
        return Reply.array(list);
    }

    static String oneLine(String text) {
        int end = text.length();
        while (end > 0 && (text.charAt(end - 1) == '\r' || text.charAt(end - 1) == '\n')) {
            end--;
        }
        return text.substring(0, end).replace('\r', ' ').replace('\n', ' ');
    }
}
