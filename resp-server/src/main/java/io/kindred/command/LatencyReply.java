package io.kindred.command;

import io.kindred.cluster.message.Reply;
import io.kindred.metrics.LatencyHistogram;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What LATENCY HISTOGRAM answers: for each command its calls, and how many of them took no longer than each power of two
 * microseconds, without those in which nothing is added.
 */
final class LatencyReply {
    private LatencyReply() {}

    static Reply of(List<CommandCalls> commands) {
        List<Reply> pairs = new ArrayList<>();
        for (CommandCalls command : commands) {
            pairs.add(Reply.bulk(command.command()));
            pairs.add(new Reply.Pairs(List.of(
                    Reply.bulk("calls"),
                    Reply.integer(command.calls()),
                    Reply.bulk("histogram_usec"),
                    new Reply.Pairs(buckets(command)))));
        }
        return new Reply.Pairs(pairs);
    }

    private static List<Reply> buckets(CommandCalls command) {
        long[] ends = LatencyHistogram.coarseEndsNanos();
        long[] done = command.ended(false).coarseCounts();
        long[] failed = command.ended(true).coarseCounts();
        List<Reply> pairs = new ArrayList<>();
        long seen = 0;
        for (int i = 0; i < done.length; i++) {
            long more = done[i] + failed[i];
            seen += more;
            if (more > 0) {
                // What took longer than all buckets is with the longest.
                pairs.add(Reply.integer(TimeUnit.NANOSECONDS.toMicros(ends[Math.min(i, ends.length - 1)])));
                pairs.add(Reply.integer(seen));
            }
        }
        return pairs;
    }
}
