package io.kindred.script;

import io.kindred.cluster.message.Reply;

/**
 * What a script asks of whoever runs it. Each method is called on the thread that runs the script, between two of its
 * instructions, and answers at once.
 *
 * <p>An unchecked exception that is thrown here goes through the interpreter, {@code pcall} and coroutines included, and comes
 * out of {@link Script#run} as it is: so a host ends a run that it will begin anew, as when a record is not loaded yet.
 */
public interface ScriptCalls {
    /**
     * Answers {@code redis.call}: a command's name and arguments, at least one word, in the script's own arrays, which are not to
     * be changed. An error is a {@link Reply.Error}, and the script may catch it. Texts of Redis's for what a script may not call:
     * {@link ScriptErrors}.
     */
    Reply call(byte[][] command);

    /** The bytes of all values that calls have written so far: each is a copy, which takes time. */
    default long writtenBytes() {
        return 0;
    }

    /** The run has ended, and has taken this much. */
    default void ended(long instructions) {}

    /** A limit has ended the run: nothing that it has called is to have any effect. */
    default void stopped() {}

    /** Takes a line of {@code redis.log}; levels are Redis's, from 0 (debug) to 3 (warning). */
    default void log(int level, String line) {}

    /** Whether the user may run that command, for {@code redis.acl_check_cmd}. */
    default Permission permission(byte[][] command) {
        return Permission.GRANTED;
    }

    /** What there is to say about a command and a user. */
    enum Permission {
        GRANTED,
        REFUSED,
        UNKNOWN_COMMAND
    }
}
