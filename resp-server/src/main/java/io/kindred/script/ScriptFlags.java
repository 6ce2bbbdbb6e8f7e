package io.kindred.script;

import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * What a script says of itself in its first line: {@code #!lua flags=no-writes,allow-stale}. One without that line is run as
 * Redis ran scripts before there was one.
 *
 * @param isDeclared whether the line is there
 * @param bodyStart where the rest begins: at the line's break, so that lines keep their numbers
 */
public record ScriptFlags(boolean isDeclared, Set<Flag> flags, int bodyStart) {
    private static final ScriptFlags NONE = new ScriptFlags(false, Set.of(), 0);

    /** The flags of Redis 7.0. */
    public enum Flag {
        NO_WRITES,
        ALLOW_OOM,
        ALLOW_STALE,
        NO_CLUSTER,
        ALLOW_CROSS_SLOT_KEYS;

        private String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public boolean has(Flag flag) {
        return flags.contains(flag);
    }

    static ScriptFlags parse(byte[] body) throws ScriptRefused {
        if (body.length < 2 || body[0] != '#' || body[1] != '!') {
            return NONE;
        }
        int end = 0;
        while (end < body.length && body[end] != '\n') {
            end++;
        }
        String[] words =
                new String(body, 0, end, StandardCharsets.ISO_8859_1).strip().split("\\s+");
        if (!words[0].equals("#!lua")) {
            throw new ScriptRefused("ERR Unexpected engine in script shebang: " + words[0]);
        }
        Set<Flag> flags = EnumSet.noneOf(Flag.class);
        for (int i = 1; i < words.length; i++) {
            if (!words[i].startsWith("flags=")) {
                throw new ScriptRefused("ERR Unknown lua shebang option: " + words[i]);
            }
            String list = words[i].substring("flags=".length());
            for (String word : list.isEmpty() ? new String[0] : list.split(",", -1)) {
                flags.add(flag(word));
            }
        }
        return new ScriptFlags(true, Set.copyOf(flags), end);
    }

    private static Flag flag(String word) throws ScriptRefused {
        for (Flag flag : Flag.values()) {
            if (flag.word().equals(word)) {
                return flag;
            }
        }
        throw new ScriptRefused("ERR Unexpected flag in script shebang: " + word);
    }
}
