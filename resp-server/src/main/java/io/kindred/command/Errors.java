package io.kindred.command;

import io.kindred.cluster.message.Reply;

/** Redis's wording, which clients match. */
final class Errors {
    static final Reply SYNTAX = Reply.error("ERR syntax error");
    static final Reply NOT_AN_INTEGER = Reply.error("ERR value is not an integer or out of range");
    static final Reply NOT_A_FLOAT = Reply.error("ERR value is not a valid float");
    static final Reply OVERFLOW = Reply.error("ERR increment or decrement would overflow");
    static final Reply DECREMENT_OVERFLOW = Reply.error("ERR decrement would overflow");
    static final Reply NOT_FINITE = Reply.error("ERR increment would produce NaN or Infinity");
    static final Reply OFFSET_OUT_OF_RANGE = Reply.error("ERR offset is out of range");
    static final Reply INVALID_CURSOR = Reply.error("ERR invalid cursor");
    static final Reply TOO_LONG = Reply.error("ERR string exceeds maximum allowed size (max-value-bytes)");

    static final Reply KEY_TOO_LONG = Reply.error("ERR key exceeds maximum allowed size (max-key-bytes)");

    private Errors() {}

    static Reply expireTime(String command) {
        return Reply.error("ERR invalid expire time in '" + command + "' command");
    }
}
