package io.kindred.command;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import java.lang.management.ManagementFactory;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** GET and plain SET cost the operation, the request and the reply, and nothing else. */
final class HotPathTest {
    private static final int RUNS = 20_000;

    private static final Outcome FOUND = new Outcome.Found(Versions.EMPTY.write(
            VersionVector.EMPTY, new Sibling(new Dot(new Actor(1, 0), 1), 1, Sibling.NEVER, new byte[10])));
    private static final Outcome WRITTEN = new Outcome.Written(VersionVector.EMPTY);

    private final TestNode node = new TestNode(InstantSource.system());
    private final CommandDispatcher dispatcher = new CommandDispatcher(new ServerView(
            (operation, quorum, callback) -> callback.done(operation instanceof Operation.Get ? FOUND : WRITTEN),
            node.cluster,
            node.config,
            node,
            node.settings,
            node.table,
            InstantSource.system()));

    @Test
    void getAndSetAllocateNoMoreThanOperationRequestAndReply() {
        // Request 48, operation 24 (a put 40), live value 32, reply 16, each rounded up for a VM without compressed
        // oops.
        assertBytesAtMost(200, List.of("GET", "key"));
        assertBytesAtMost(200, List.of("set", "key", "value"));
    }

    private void assertBytesAtMost(long bytesMax, List<String> words) {
        byte[][] args = TestNode.bytes(words);
        ReplySink sink = reply -> {};
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
            least = Math.min(least, bytesPerRun(args, sink));
        }
        long found = least;
        assertTrue(least <= bytesMax, () -> words + " allocated " + found + " bytes a run");
    }

    private long bytesPerRun(byte[][] args, ReplySink sink) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().getId();
        long before = threads.getThreadAllocatedBytes(self);
        for (int i = 0; i < RUNS; i++) {
            dispatcher.run(node.session, args, sink);
        }
        return (threads.getThreadAllocatedBytes(self) - before) / RUNS;
    }
}
