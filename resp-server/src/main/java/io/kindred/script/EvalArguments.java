package io.kindred.script;

import io.kindred.cluster.message.Reply;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * What {@code EVAL}, {@code EVALSHA} and their read-only kinds are given: the script (its text or its sha1), its keys, and its
 * arguments. Errors are Redis's.
 */
public record EvalArguments(byte[] script, byte[][] keys, byte[][] arguments) {
    /** The answer to a sha1 that nobody knows. */
    public static final Reply NO_SCRIPT = Reply.error("NOSCRIPT No matching script. Please use EVAL.");

    private static final int SHA1_DIGITS = 40;

    /** From a whole command, which has at least three words: its name, the script, the number of keys. */
    public static EvalArguments parse(byte[][] command) throws ScriptRefused {
        long count = number(command[2]);
        if (count > command.length - 3) {
            throw new ScriptRefused("ERR Number of keys can't be greater than number of args");
        }
        if (count < 0) {
            throw new ScriptRefused("ERR Number of keys can't be negative");
        }
        int firstArgument = 3 + (int) count;
        return new EvalArguments(
                command[1],
                Arrays.copyOfRange(command, 3, firstArgument),
                Arrays.copyOfRange(command, firstArgument, command.length));
    }

    private static long number(byte[] word) throws ScriptRefused {
        String text = new String(word, StandardCharsets.ISO_8859_1);
        if (!text.matches("0|-?[1-9][0-9]{0,18}")) {
            throw new ScriptRefused("ERR value is not an integer or out of range");
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException tooLarge) {
            throw new ScriptRefused("ERR value is not an integer or out of range");
        }
    }

    /** The sha1 that the script's word is, in lower case; one that cannot be any is no known script's, either. */
    public String sha1() {
        return script.length == SHA1_DIGITS
                ? new String(script, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT)
                : "";
    }
}
