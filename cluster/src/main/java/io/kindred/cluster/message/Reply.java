package io.kindred.cluster.message;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a command answers, before any protocol version: the front end writes it as RESP2 or RESP3, and a node that ran a
 * command for another sends it back as it is.
 *
 * <p>Arrays are handed over: whoever makes a reply no longer touches its bytes.
 */
public sealed interface Reply {
    Reply OK = new Simple("OK");
    Reply NIL = new Nil();
    Reply NIL_ARRAY = new NilArray();
    Reply ZERO = new Int(0);
    Reply ONE = new Int(1);
    Reply EMPTY_ARRAY = new Array(List.of());

    /** A status line such as {@code OK}; never has a line break. */
    record Simple(String text) implements Reply {}

    /** An error: the upper-case code, a space, and a sentence. */
    record Error(String text) implements Reply {}

    record Int(long value) implements Reply {}

    record Bulk(byte[] bytes) implements Reply {}

    /** RESP2's null bulk string, RESP3's null. */
    record Nil() implements Reply {}

    /** RESP2's null array, RESP3's null. */
    record NilArray() implements Reply {}

    record Array(List<Reply> items) implements Reply {}

    /** Keys and values in turn; a flat array in RESP2. */
    record Pairs(List<Reply> keysAndValues) implements Reply {}

    /** A set; an array in RESP2. */
    record Unordered(List<Reply> items) implements Reply {}

    /** A double; a bulk string in RESP2. */
    record Real(double value) implements Reply {}

    /** A boolean; 0 or 1 in RESP2. */
    record Bool(boolean value) implements Reply {}

    /** Text for people, with its three-letter format; a bulk string in RESP2. */
    record Verbatim(String format, byte[] bytes) implements Reply {}

    /** Out-of-band data; an array in RESP2. */
    record Push(List<Reply> items) implements Reply {}

    static Reply bulk(String text) {
        return new Bulk(text.getBytes(StandardCharsets.UTF_8));
    }

    static Reply bulk(byte[] bytes) {
        return new Bulk(bytes);
    }

    static Reply integer(long value) {
        return value == 0 ? ZERO : value == 1 ? ONE : new Int(value);
    }

    static Reply error(String text) {
        return new Error(text);
    }

    static Reply array(List<Reply> items) {
        return new Array(items);
    }
}
