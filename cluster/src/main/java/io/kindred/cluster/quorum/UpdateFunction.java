package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Reply;
import org.jspecify.annotations.Nullable;

/**
 * The pure part of a read-modify-write command: (arguments, current value) to (reply, change). It knows nothing of
 * ring, quorum or sockets, and gives the same result for the same input on every node.
 */
public interface UpdateFunction {
    /**
     * @param args the command as it was sent; {@code args[0]} is its name. Not to be changed.
     * @param current null: there is no such key (never written, deleted or expired)
     * @param nowMillis Unix time by the coordinator's clock
     */
    Result apply(byte[][] args, @Nullable Current current, long nowMillis);

    /** A live value. {@code expireAtMillis} is -1 where it never expires. The bytes are not to be changed. */
    record Current(byte[] value, long expireAtMillis) {}

    /** {@code change} null: the key stays as it is, and nothing is written. */
    record Result(Reply reply, @Nullable Change change) {
        public static Result unchanged(Reply reply) {
            return new Result(reply, null);
        }

        public static Result write(Reply reply, byte[] value, long expireAtMillis) {
            return new Result(reply, new Change(value, expireAtMillis));
        }

        public static Result delete(Reply reply) {
            return new Result(reply, new Change(null, -1));
        }
    }

    /** {@code value} null: the key is deleted. */
    record Change(byte @Nullable [] value, long expireAtMillis) {}
}
