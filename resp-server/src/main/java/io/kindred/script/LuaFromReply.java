package io.kindred.script;

import io.kindred.cluster.message.Reply;
import io.kindred.lua.LuaString;
import io.kindred.lua.LuaTable;
import io.kindred.lua.Machine;
import io.kindred.lua.Numbers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a call answers, as a value of the script: Redis 7.0's rules, for the protocol that the script has chosen. */
final class LuaFromReply {
    static final LuaString ERR = LuaString.constant("err");
    private static final LuaString OK = LuaString.constant("ok");
    private static final LuaString IGNORED = LuaString.constant("ignore_error_stats_update");

    private final Machine machine;
    private final boolean resp3;

    LuaFromReply(Machine machine, int protocol) {
        this.machine = machine;
        this.resp3 = protocol == 3;
    }

    @Nullable
    Object convert(Reply reply) {
        if (reply instanceof Reply.Bulk bulk) {
            return string(bulk.bytes());
        } else if (reply instanceof Reply.Int number) {
            return (double) number.value();
        } else if (reply instanceof Reply.Nil || reply instanceof Reply.NilArray) {
            return resp3 ? null : false;
        } else if (reply instanceof Reply.Simple simple) {
            return single(OK, utf8(simple.text()));
        } else if (reply instanceof Reply.Error error) {
            return error(machine, error.text(), true);
        } else if (reply instanceof Reply.Array array) {
            return list(array.items());
        } else if (reply instanceof Reply.Push push) {
            return list(push.items());
        }
        return resp3 ? typed(reply) : untyped(reply);
    }

    private @Nullable Object typed(Reply reply) {
        if (reply instanceof Reply.Pairs pairs) {
            LuaTable outer = machine.beginTable(0, 1);
            LuaTable map = machine.newTable(0, pairs.keysAndValues().size() / 2);
            outer.set(LuaString.constant("map"), map);
            for (int i = 0; i + 1 < pairs.keysAndValues().size(); i += 2) {
                set(
                        map,
                        convert(pairs.keysAndValues().get(i)),
                        convert(pairs.keysAndValues().get(i + 1)));
            }
            machine.built();
            return outer;
        } else if (reply instanceof Reply.Unordered members) {
            LuaTable outer = machine.beginTable(0, 1);
            LuaTable set = machine.newTable(0, members.items().size());
            outer.set(LuaString.constant("set"), set);
            for (Reply member : members.items()) {
                set(set, convert(member), true);
            }
            machine.built();
            return outer;
        } else if (reply instanceof Reply.Real real) {
            return single(LuaString.constant("double"), real.value());
        } else if (reply instanceof Reply.Bool bool) {
            return bool.value();
        } else if (reply instanceof Reply.Verbatim verbatim) {
            LuaTable inner = machine.newTable(0, 2);
            inner.set(
                    LuaString.constant("format"), string(utf8(verbatim.format()).bytes()));
            inner.set(LuaString.constant("string"), string(verbatim.bytes()));
            return single(LuaString.constant("verbatim_string"), inner);
        }
        throw new IllegalStateException("no value for " + reply.getClass());
    }

    /** As a client of RESP2 would get it. */
    private @Nullable Object untyped(Reply reply) {
        if (reply instanceof Reply.Pairs pairs) {
            return list(pairs.keysAndValues());
        } else if (reply instanceof Reply.Unordered set) {
            return list(set.items());
        } else if (reply instanceof Reply.Real real) {
            return utf8(Numbers.shortest(real.value()));
        } else if (reply instanceof Reply.Bool bool) {
            return bool.value() ? 1.0 : 0.0;
        } else if (reply instanceof Reply.Verbatim verbatim) {
            return string(verbatim.bytes());
        }
        throw new IllegalStateException("no value for " + reply.getClass());
    }

    private static void set(LuaTable table, @Nullable Object key, @Nullable Object value) {
        if (key != null) {
            table.set(key, value);
        }
    }

    private LuaTable list(List<Reply> items) {
        LuaTable table = machine.beginTable(items.size(), 0);
        for (int i = 0; i < items.size(); i++) {
            table.set(i + 1, convert(items.get(i)));
        }
        machine.built();
        return table;
    }

    private LuaString string(byte[] bytes) {
        return machine.newString(bytes);
    }

    private LuaString utf8(String text) {
        return machine.newString(text.getBytes(StandardCharsets.UTF_8));
    }

    private LuaTable single(LuaString field, Object value) {
        LuaTable table = machine.newTable(0, 1);
        table.set(field, value);
        return table;
    }

    /** An error as Redis gives it to scripts; {@code isTold} for one that counts no more as an error of the server. */
    static LuaTable error(Machine machine, String text, boolean isTold) {
        LuaTable table = machine.newTable(0, isTold ? 2 : 1);
        table.set(ERR, machine.newString(ReplyFromLua.oneLine(text).getBytes(StandardCharsets.UTF_8)));
        if (isTold) {
            table.set(IGNORED, true);
        }
        return table;
    }
}
