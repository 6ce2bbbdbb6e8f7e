package io.kindred.cluster.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WakeTimerTest {
    private static final long MILLI = 1_000_000;

    private final EventLoop loop = new DefaultEventLoop();
    private final AtomicInteger runs = new AtomicInteger();
    private final CountDownLatch twice = new CountDownLatch(2);
    private final WakeTimer timer = new WakeTimer(loop, NodeClock.SYSTEM, () -> {
        runs.incrementAndGet();
        twice.countDown();
    });

    @AfterEach
    void stop() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    /** A core that knows its time to be over asks for the next one, and not again in the step that the first leads to. */
    @Test
    void whatIsAskedForBehindOneThatIsDueIsKept() throws Exception {
        loop.submit(() -> {
                    long now = NodeClock.SYSTEM.nanos();
                    timer.wakeAt(now);
                    timer.wakeAt(now + 20 * MILLI);
                })
                .get();
        assertTrue(twice.await(10, TimeUnit.SECONDS), "the later one has been forgotten");
    }

    @Test
    void anEarlierOneTakesTheLatersPlace() throws Exception {
        loop.submit(() -> {
                    long now = NodeClock.SYSTEM.nanos();
                    timer.wakeAt(now + 40 * MILLI);
                    timer.wakeAt(now + MILLI);
                })
                .get();
        loop.schedule(() -> {}, 150, TimeUnit.MILLISECONDS).get();
        assertEquals(1, runs.get());
    }

    @Test
    void nothingIsLeftOfWhatIsCancelled() throws Exception {
        loop.submit(() -> {
                    long now = NodeClock.SYSTEM.nanos();
                    timer.wakeAt(now + MILLI);
                    timer.wakeAt(now + 2 * MILLI);
                    timer.cancel();
                })
                .get();
        loop.schedule(() -> {}, 100, TimeUnit.MILLISECONDS).get();
        assertEquals(0, runs.get());
    }
}
