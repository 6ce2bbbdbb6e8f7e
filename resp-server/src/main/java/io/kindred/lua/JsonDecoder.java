package io.kindred.lua;

import org.jspecify.annotations.Nullable;

/** One call of {@code cjson.decode}. */
final class JsonDecoder {
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
    private int depth;

    // The token that was read last.
    private Kind kind = Kind.T_END;
    private int start;
    private Object value = Boolean.FALSE;
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

    private void descend() {
        depth++;
        if (depth > Math.min(machine.json.decodeDepth, JsonSettings.DEPTH_MAX)) {
            throw LuaError.library("Found too many nested data structures (" + depth + ") at character " + at);
        }
    }

    private Object value() {
        machine.meter.charge(2);
        return switch (kind) {
            case T_STRING, T_NUMBER, T_BOOLEAN -> value;
            case T_NULL -> CjsonLibrary.NULL;
            case T_OBJ_BEGIN -> object();
            case T_ARR_BEGIN -> array();
            default -> throw expected("value");
        };
    }

    private LuaTable object() {
        descend();
        LuaTable table = machine.beginTable(0, 0);
        next();
        while (kind != Kind.T_OBJ_END) {
            if (kind != Kind.T_STRING) {
                throw expected("object key string");
            }
            Object key = value;
            next();
            if (kind != Kind.T_COLON) {
                throw expected("colon");
            }
            next();
            table.set(key, value());
            next();
            if (kind == Kind.T_OBJ_END) {
                break;
            }
            if (kind != Kind.T_COMMA) {
                throw expected("comma or object end");
            }
            next();
            if (kind == Kind.T_OBJ_END) {
                throw expected("object key string");
            }
        }
        machine.built();
        depth--;
        return table;
    }

    private LuaTable array() {
        descend();
        LuaTable table = machine.beginTable(0, 0);
        next();
        int count = 0;
        while (count > 0 || kind != Kind.T_ARR_END) {
            table.set(++count, value());
            next();
            if (kind == Kind.T_ARR_END) {
                break;
            }
            if (kind != Kind.T_COMMA) {
                throw expected("comma or array end");
            }
            next();
        }
        machine.built();
        depth--;
        return table;
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
                machine.meter.charge((at & 7) == 0 ? 1 : 0);
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
