package io.kindred.script;

import io.kindred.cluster.message.Reply;
import io.kindred.lua.Numbers;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The written scripts: one a line, with {@code ¶} for a line's end. Each is run with the keys k1, k2 and the arguments a1, a2. */
final class Scripts {
    static final List<String> NAMES = List.of("language", "errors", "strings", "libraries", "redis", "syntax");
    static final byte[][] KEYS = {bytes("k1"), bytes("k2")};
    static final byte[][] ARGUMENTS = {bytes("a1"), bytes("a2")};

    private Scripts() {}

    static byte[] bytes(String latin) {
        return latin.getBytes(StandardCharsets.ISO_8859_1);
    }

    static List<String> load(String resource) {
        try (InputStream in = Scripts.class.getResourceAsStream("/scripts/" + resource)) {
            if (in == null) {
                throw new IllegalArgumentException("no resource " + resource);
            }
            List<String> lines = new ArrayList<>();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                if (!line.isBlank() && !line.startsWith("##")) {
                    lines.add(line);
                }
            }
            return lines;
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    static byte[] text(String line) {
        return line.replace('¶', '\n').getBytes(StandardCharsets.UTF_8);
    }

    /** As one node with nothing in it answers, in RESP2. */
    static String run(String line) {
        return run(line, new FakeStore(), ScriptLimits.DEFAULT);
    }

    static String run(String line, ScriptCalls calls, ScriptLimits limits) {
        try {
            return shown(Script.compile(text(line)).run(KEYS, ARGUMENTS, calls, limits));
        } catch (ScriptRefused refused) {
            return shown(refused.reply());
        }
    }

    static byte[][] command(String line) {
        return new byte[][] {bytes("EVAL"), text(line), bytes("2"), KEYS[0], KEYS[1], ARGUMENTS[0], ARGUMENTS[1]};
    }

    /** The reply in RESP2, one char a byte. */
    static String shown(Reply reply) {
        if (reply instanceof Reply.Error error) {
            return "-" + latin(error.text()) + "\r\n";
        } else if (reply instanceof Reply.Simple simple) {
            return "+" + latin(simple.text()) + "\r\n";
        } else if (reply instanceof Reply.Int number) {
            return ":" + number.value() + "\r\n";
        } else if (reply instanceof Reply.Bool bool) {
            return bool.value() ? ":1\r\n" : ":0\r\n";
        } else if (reply instanceof Reply.Bulk bulk) {
            return bulk(bulk.bytes());
        } else if (reply instanceof Reply.Real real) {
            return bulk(bytes(Numbers.shortest(real.value())));
        } else if (reply instanceof Reply.Verbatim verbatim) {
            return bulk(verbatim.bytes());
        } else if (reply instanceof Reply.Nil) {
            return "$-1\r\n";
        } else if (reply instanceof Reply.Array array) {
            return list(array.items());
        } else if (reply instanceof Reply.Pairs pairs) {
            return list(pairs.keysAndValues());
        } else if (reply instanceof Reply.Unordered set) {
            return list(set.items());
        }
        throw new IllegalArgumentException("" + reply);
    }

    private static String latin(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static String bulk(byte[] bytes) {
        return "$" + bytes.length + "\r\n" + new String(bytes, StandardCharsets.ISO_8859_1) + "\r\n";
    }

    private static String list(List<Reply> items) {
        StringBuilder all = new StringBuilder("*" + items.size() + "\r\n");
        items.forEach(item -> all.append(shown(item)));
        return all.toString();
    }
}
