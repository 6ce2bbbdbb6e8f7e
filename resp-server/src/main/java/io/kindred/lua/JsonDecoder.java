package io.kindred.lua;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** One call of {@code cjson.decode}. What is within each other waits in a list, so depth takes nothing of the thread's stack. */
final class JsonDecoder {
    /** A table that is being read: an array with so many items, or an object with the key of the value that comes. */
    private static final class Level {
        final LuaTable table;
        final boolean isArray;
        int count;
        Object key = LuaString.EMPTY;

        Level(LuaTable table, boolean isArray) {
            this.table = table;
            this.isArray = isArray;
        }
    }

    private final ArrayDeque<Level> levels = new ArrayDeque<>();

    private enum Kind {
        T_OBJ_BEGIN,
        T_OBJ_END,
        T_ARR_BEGIN,
        T_ARR_END,
        T_STRING,
        T_NUMBER,
        T_BOOLEAN,
        T_NULL,
        T_COLON,
        T_COMMA,
        T_END,
        T_ERROR
    }

    private final Machine machine;
    private final byte[] text;
    private int at;

    // The token that was read last.
    private Kind kind = Kind.T_END;
    private int start;
    private Object value = false;
    private String problem = "";

    JsonDecoder(Machine machine, byte[] text) {
        this.machine = machine;
        this.text = text;
    }

    @Nullable
    Object decode() {
        if (text.length >= 2 && (text[0] == 0 || text[1] == 0)) {
            throw LuaError.library("JSON parser does not support UTF-16 or UTF-32");
        }
        next();
        Object result = value();
        next();
        if (kind != Kind.T_END) {
            throw expected("the end");
        }
        return result;
    }

    private LuaError expected(String what) {
        String found = kind == Kind.T_ERROR ? problem : kind.name();
        return LuaError.library("Expected " + what + " but found " + found + " at character " + (start + 1));
    }

    /** The value that begins with the token that was read, and all within it. */
    private Object value() {
        while (true) {
            machine.meter.charge(10);
            Object complete;
            if (kind == Kind.T_OBJ_BEGIN || kind == Kind.T_ARR_BEGIN) {
                if (begin()) {
                    continue;
                }
                complete = end();
            } else {
                complete = scalar();
            }
            while (true) {
                Level level = levels.peek();
                if (level == null) {
                    return complete;
                }
                if (put(level, complete)) {
                    break;
                }
                complete = end();
            }
        }
    }

    private Object scalar() {
        return switch (kind) {
            case T_STRING, T_NUMBER, T_BOOLEAN -> value;
            case T_NULL -> CjsonLibrary.NULL;
            default -> throw expected("value");
        };
    }

    /** Begins a table; whether there is a value in it, whose first token was read then. */
    private boolean begin() {
        int depth = levels.size() + 1;
        if (depth > Math.min(machine.json.decodeDepth, JsonSettings.DEPTH_MAX)) {
            throw LuaError.library("Found too many nested data structures (" + depth + ") at character " + at);
        }
        Level level = new Level(machine.beginTable(0, 0), kind == Kind.T_ARR_BEGIN);
        levels.push(level);
        next();
        if (level.isArray) {
            return kind != Kind.T_ARR_END;
        }
        if (kind == Kind.T_OBJ_END) {
            return false;
        }
        key(level);
        return true;
    }

    private Object end() {
        machine.built();
        return levels.pop().table;
    }

    private void key(Level level) {
        if (kind != Kind.T_STRING) {
            throw expected("object key string");
        }
        level.key = value;
        next();
        if (kind != Kind.T_COLON) {
            throw expected("colon");
        }
        next();
    }

    /** Puts a value into its table; whether there is another, whose first token was read then. */
    private boolean put(Level level, Object complete) {
        if (level.isArray) {
            level.table.set(++level.count, complete);
        } else {
            level.table.set(level.key, complete);
        }
        next();
        if (kind == (level.isArray ? Kind.T_ARR_END : Kind.T_OBJ_END)) {
            return false;
        }
        if (kind != Kind.T_COMMA) {
            throw expected(level.isArray ? "comma or array end" : "comma or object end");
        }
        next();
        if (!level.isArray) {
            key(level);
        }
        return true;
    }

    private int peek(int offset) {
        return at + offset < text.length ? text[at + offset] : 0;
    }

    private boolean isWord(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (peek(i) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean isWordInAnyCase(int offset, String word) {
        for (int i = 0; i < word.length(); i++) {
            if ((peek(offset + i) | 0x20) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private void next() {
        while (peek(0) == ' ' || peek(0) == '\t' || peek(0) == '\n' || peek(0) == '\r') {
            machine.meter.charge((at & 7) == 0 ? 1 : 0);
            at++;
        }
        start = at;
        int c = peek(0);
        Kind sign = switch (c) {
            case '{' -> Kind.T_OBJ_BEGIN;
            case '}' -> Kind.T_OBJ_END;
            case '[' -> Kind.T_ARR_BEGIN;
            case ']' -> Kind.T_ARR_END;
            case ':' -> Kind.T_COLON;
            case ',' -> Kind.T_COMMA;
            case 0 -> Kind.T_END;
            default -> Kind.T_ERROR;
        };
        kind = sign;
        if (sign != Kind.T_ERROR) {
            at += sign == Kind.T_END ? 0 : 1;
        } else if (c == '"') {
            string();
        } else if (c == '-' || c >= '0' && c <= '9') {
            if (!machine.json.decodeInvalid && isInvalidNumber()) {
                problem = "invalid number";
            } else {
                number();
            }
        } else if (isWord("true") || isWord("false")) {
            kind = Kind.T_BOOLEAN;
            value = c == 't';
            at += c == 't' ? 4 : 5;
        } else if (isWord("null")) {
            kind = Kind.T_NULL;
            at += 4;
        } else if (machine.json.decodeInvalid && isInvalidNumber()) {
            number();
        } else {
            problem = "invalid token";
        }
    }

    /** Whether it is a number for C, but not for JSON. */
    private boolean isInvalidNumber() {
        int c = peek(0);
        if (c == '+') {
            return true;
        }
        int offset = c == '-' ? 1 : 0;
        c = peek(offset);
        if (c == '0') {
            int second = peek(offset + 1);
            return (second | 0x20) == 'x' || second >= '0' && second <= '9';
        }
        return c > '9' && (isWordInAnyCase(offset, "inf") || isWordInAnyCase(offset, "nan"));
    }

    private void number() {
        int end = Numbers.prefix(text, at);
        Double number = end == at ? null : Numbers.parse(java.util.Arrays.copyOfRange(text, at, end));
        machine.meter.charge((end - at) >> 2);
        if (number == null) {
            kind = Kind.T_ERROR;
            problem = "invalid number";
            return;
        }
        kind = Kind.T_NUMBER;
        value = number;
        at = end;
    }

    private void fail(String why) {
        kind = Kind.T_ERROR;
        start = at;
        problem = why;
    }

    private void string() {
        try (ByteSink out = new ByteSink(machine)) {
            at++;
            while (peek(0) != '"') {
                machine.meter.charge((at & 3) == 0 ? 1 : 0);
                int c = peek(0);
                if (c == 0) {
                    fail("unexpected end of string");
                    return;
                }
                if (c != '\\') {
                    out.add(c);
                    at++;
                } else if (peek(1) == 'u') {
                    if (!unicode(out)) {
                        fail("invalid unicode escape code");
                        return;
                    }
                } else {
                    int index = "\"\\/bfnrt".indexOf(peek(1));
                    if (peek(1) == 0 || index < 0) {
                        fail("invalid escape code");
                        return;
                    }
                    out.add("\"\\/\b\f\n\r\t".charAt(index));
                    at += 2;
                }
            }
            at++;
            kind = Kind.T_STRING;
            value = out.toLua();
        }
    }

    private int hex(int offset) {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(peek(offset + i), 16);
            if (digit < 0) {
                return -1;
            }
            code = code << 4 | digit;
        }
        return code;
    }

    private boolean unicode(ByteSink out) {
        int code = hex(2);
        if (code < 0) {
            return false;
        }
        int length = 6;
        if ((code & 0xf800) == 0xd800) {
            int low = peek(6) == '\\' && peek(7) == 'u' ? hex(8) : -1;
            if ((code & 0x400) != 0 || low < 0 || (low & 0xfc00) != 0xdc00) {
                return false;
            }
            code = ((code & 0x3ff) << 10 | low & 0x3ff) + 0x10000;
            length = 12;
        }
        out.add(Character.toString(code).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        at += length;
        return true;
    }
}
