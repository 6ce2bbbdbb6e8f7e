package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Reply;
import java.util.List;

/** How many bytes a reply takes in a message, roughly; never too few. */
public final class ReplySize {
    private static final long HEAD_BYTES = 16;

    private ReplySize() {}

    public static long bytes(Reply reply) {
        if (reply instanceof Reply.Bulk bulk) {
            return HEAD_BYTES + bulk.bytes().length;
        } else if (reply instanceof Reply.Verbatim verbatim) {
            return 2 * HEAD_BYTES + verbatim.bytes().length;
        } else if (reply instanceof Reply.Error error) {
            return HEAD_BYTES + 3L * error.text().length();
        } else if (reply instanceof Reply.Simple simple) {
            return HEAD_BYTES + 3L * simple.text().length();
        } else if (reply instanceof Reply.Array array) {
            return sum(array.items());
        } else if (reply instanceof Reply.Pairs pairs) {
            return sum(pairs.keysAndValues());
        } else if (reply instanceof Reply.Unordered set) {
            return sum(set.items());
        } else if (reply instanceof Reply.Push push) {
            return sum(push.items());
        }
        return HEAD_BYTES;
    }

    private static long sum(List<Reply> items) {
        long sum = HEAD_BYTES;
        for (Reply item : items) {
            sum += bytes(item);
        }
        return sum;
    }
}
