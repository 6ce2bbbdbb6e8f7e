package io.kindred.command;

import io.kindred.cluster.message.Reply;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Replies as the bytes of RESP2, one char each: what tests compare. */
final class RespText {
    private RespText() {}

    static String of(Reply reply) {
        StringBuilder out = new StringBuilder();
        write(out, reply);
        return out.toString();
    }

    private static void write(StringBuilder out, Reply reply) {
        if (reply instanceof Reply.Simple simple) {
            out.append('+').append(latin(simple.text())).append("\r\n");
        } else if (reply instanceof Reply.Error error) {
            out.append('-').append(latin(error.text())).append("\r\n");
        } else if (reply instanceof Reply.Int number) {
            out.append(':').append(number.value()).append("\r\n");
        } else if (reply instanceof Reply.Bulk bulk) {
            bytes(out, bulk.bytes());
        } else if (reply instanceof Reply.Verbatim verbatim) {
            bytes(out, verbatim.bytes());
        } else if (reply instanceof Reply.Nil) {
            out.append("$-1\r\n");
        } else if (reply instanceof Reply.NilArray) {
            out.append("*-1\r\n");
        } else if (reply instanceof Reply.Bool bool) {
            out.append(bool.value() ? ":1\r\n" : ":0\r\n");
        } else if (reply instanceof Reply.Real real) {
            String text =
                    new java.math.BigDecimal(real.value()).stripTrailingZeros().toPlainString();
            bytes(out, text.getBytes(StandardCharsets.ISO_8859_1));
        } else if (reply instanceof Reply.Array array) {
            items(out, array.items());
        } else if (reply instanceof Reply.Pairs pairs) {
            items(out, pairs.keysAndValues());
        } else if (reply instanceof Reply.Unordered set) {
            items(out, set.items());
        } else {
            throw new IllegalArgumentException("not shown here: " + reply);
        }
    }

    private static void items(StringBuilder out, List<Reply> items) {
        out.append('*').append(items.size()).append("\r\n");
        items.forEach(item -> write(out, item));
    }

    private static void bytes(StringBuilder out, byte[] bytes) {
        out.append('$').append(bytes.length).append("\r\n");
        out.append(new String(bytes, StandardCharsets.ISO_8859_1)).append("\r\n");
    }

    private static String latin(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }
}
