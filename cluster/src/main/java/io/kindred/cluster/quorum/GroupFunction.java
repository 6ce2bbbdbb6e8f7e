package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Operation.KeyName;
import io.kindred.cluster.message.Reply;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The pure part of a command on several keys of one partition: (arguments, their values) to (reply, edits). As an {@link
 * UpdateFunction} it gives the same result for the same input on every node. It may be run again, on other values, as long
 * as nothing of what it asked for has been written.
 */
public interface GroupFunction {
    /**
     * @param args the command; {@code args[0]} is its name. Not to be changed.
     * @param nowMillis Unix time by the coordinator's clock
     */
    Result apply(byte[][] args, Values values, long nowMillis);

    /** What the keys have that were read. */
    interface Values {
        /** Whether the key was read. What was not is to be asked for: {@link Result#more}. */
        boolean isRead(int db, byte[] key);

        /** The key's live value; null: there is no such key. Requires: that it was read. */
        UpdateFunction.@Nullable Current get(int db, byte[] key);

        /** {@link WatchedState} of the key. Requires: that it was read. */
        long state(int db, byte[] key);
    }

    /** What a key that was read is to have from now on. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Edit(int db, byte[] key, UpdateFunction.Change change) {}

    /**
     * @param edits at most one of each key; none: nothing is written
     * @param more keys that the function has to see first: it is run again when they have been read, and what it says here
     *     beside is not looked at
     */
    record Result(Reply reply, List<Edit> edits, List<KeyName> more) {
        public static Result of(Reply reply, List<Edit> edits) {
            return new Result(reply, edits, List.of());
        }

        public static Result more(List<KeyName> keys) {
            return new Result(Reply.NIL, List.of(), keys);
        }
    }
}
