package io.kindred.lua;

import org.jspecify.annotations.Nullable;

/** One call of {@code string.gsub}. */
final class Substitution {
    private final Machine machine;
    private final byte[] text;
    private final Pattern matcher;
    private final @Nullable Object replacement;
    private final int max;

    Substitution(Machine machine, Args args) {
        this.machine = machine;
        this.text = args.string(machine, 1).bytes;
        this.matcher = new Pattern(machine, text, args.string(machine, 2).bytes);
        Object with = args.get(3);
        if (with instanceof Double) {
            with = args.string(machine, 3);
        }
        if (!(with instanceof LuaString || with instanceof LuaTable || with instanceof LuaFunction)) {
            throw LuaError.argument(3, "string/function/table expected");
        }
        this.replacement = with;
        this.max = args.integer(4, text.length + 1);
    }

    @Nullable
    Object[] run() {
        try (ByteSink out = new ByteSink(machine)) {
            int at = 0;
            int count = 0;
            while (count < max) {
                int end = matcher.match(at);
                if (end >= 0) {
                    count++;
                    replace(out, at, end);
                }
                if (end >= 0 && end > at) {
                    at = end;
                } else if (at < text.length) {
                    out.add(text[at++]);
                } else {
                    break;
                }
                machine.meter.charge(1);
                if (matcher.isAnchored()) {
                    break;
                }
            }
            if (at < text.length) {
                out.add(text, at, text.length);
            }
            return new Object[] {out.toLua(), (double) count};
        }
    }

    private void replace(ByteSink out, int start, int end) {
        Object value;
        if (replacement instanceof LuaString pattern) {
            expand(out, pattern.bytes, start, end);
            return;
        } else if (replacement instanceof LuaTable table) {
            value = machine.meta.index(table, matcher.capture(0, start, end));
        } else {
            @Nullable Object[] results = machine.call(replacement, matcher.captures(start, end, true));
            value = results.length == 0 ? null : results[0];
        }
        if (!Types.isTrue(value)) {
            out.add(text, start, end);
        } else if (value instanceof LuaString s) {
            out.add(s.bytes);
        } else if (value instanceof Double d) {
            out.add(machine.text(d).bytes);
        } else {
            throw LuaError.library("invalid replacement value (a " + Types.name(value) + ")");
        }
    }

    private void expand(ByteSink out, byte[] with, int start, int end) {
        machine.meter.charge(with.length >> 3);
        for (int i = 0; i < with.length; i++) {
            if (with[i] != '%') {
                out.add(with[i]);
                continue;
            }
            i++;
            int c = i < with.length ? with[i] : 0;
            if (c < '0' || c > '9') {
                out.add(c);
            } else if (c == '0') {
                out.add(text, start, end);
            } else {
                Object capture = matcher.capture(c - '1', start, end);
                out.add(capture instanceof LuaString s ? s.bytes : machine.text((Double) capture).bytes);
            }
        }
    }
}
