package io.kindred.cluster.wire.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The gate's own doings, without a socket. */
class TlsGateTest {
    private static final int TIMEOUT_MILLIS = 1_000;

    private final TlsCounters counters = new TlsCounters();
    private final List<String> failures = new ArrayList<>();
    private int engines;
    private final EmbeddedChannel channel = new EmbeddedChannel(TlsGate.accepting(
            new TlsGate.Treatment(
                    connection -> engine(), "no".getBytes(StandardCharsets.US_ASCII), TIMEOUT_MILLIS, counters),
            (connection, why) -> failures.add(why)));

    private SslHandler engine() {
        engines++;
        try {
            SslContext context =
                    SslContextBuilder.forClient().sslProvider(SslProvider.JDK).build();
            SslHandler handler = context.newHandler(channel.alloc());
            handler.engine().setUseClientMode(false);
            handler.setHandshakeTimeoutMillis(0);
            return handler;
        } catch (javax.net.ssl.SSLException e) {
            throw new AssertionError(e);
        }
    }

    private void pass(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }

    @Test
    void whoSaysNothingIsClosedInTimeAndCostsNoEngine() {
        channel.freezeTime();
        pass(TIMEOUT_MILLIS / 2);
        assertTrue(channel.isOpen());
        pass(TIMEOUT_MILLIS / 2);
        assertFalse(channel.isOpen());
        assertEquals(1, counters.handshakeTimeouts());
        assertEquals(0, counters.handshakeFailures());
        assertEquals(0, engines);
        assertEquals(1, failures.size());
    }

    @Test
    void whoNeverEndsItsHandshakeIsClosedInTime() {
        channel.freezeTime();
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {TlsGate.HANDSHAKE_RECORD, 3, 1, 0}));
        assertEquals(1, engines);
        assertTrue(channel.isOpen());
        pass(TIMEOUT_MILLIS + 1);
        assertFalse(channel.isOpen());
        assertEquals(1, counters.handshakeTimeouts());
    }

    @Test
    void whatIsNotTlsIsToldAndClosedWithoutAnEngine() {
        ByteBuf ping = Unpooled.copiedBuffer("PING\r\n", StandardCharsets.US_ASCII);
        assertFalse(channel.writeInbound(ping));
        assertEquals(0, ping.refCnt());
        ByteBuf told = channel.readOutbound();
        assertEquals("no", told.toString(StandardCharsets.US_ASCII));
        told.release();
        assertFalse(channel.isOpen());
        assertEquals(0, engines);
        assertEquals(1, counters.plainRefused());
        assertEquals(0, counters.handshakeTimeouts());
    }

    @Test
    void whoGoesBeforeTheHandshakesEndIsCountedOnlyIfItBegan() {
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertFalse(channel.isOpen());
        assertEquals(0, counters.handshakeFailures());
        assertEquals(List.of(), failures);
        assertNull(channel.readInbound());
    }
}
