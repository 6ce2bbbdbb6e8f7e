package io.kindred.resp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RespDecoderTest {
    @Test
    void decodesPipelinedArraysAndInlineCommandsInOrder() {
        Decoding decoding = new Decoding().feed("*2\r\n$3\r\nGET\r\n$1\r\na\r\nPING\r\n*1\r\n$4\r\nQUIT\r\n");
        assertEquals(List.of("[GET, a]", "[PING]", "[QUIT]"), decoding.commands());
        assertEquals(RespDecoder.Progress.WAITING, decoding.progress());
        assertEquals(0, decoding.unreadBytes());
    }

    @Test
    void keepsEveryByteOfAnArgument() {
        byte[] value = new byte[256];
        for (int i = 0; i < value.length; i++) {
            value[i] = (byte) i;
        }
        Decoding decoding =
                new Decoding().feed("*2\r\n$3\r\nSET\r\n$256\r\n").feed(value).feed("\r\n");
        assertArrayEquals(value, decoding.rawCommands().get(0)[1]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"*0\r\n", "*-1\r\n", "*-10\r\n", "\r\n", "\n", "   \r\n", "\n\r\n\n"})
    void ignoresWhatIsNoCommand(String nothing) {
        assertEquals(
                List.of("[PING]"), new Decoding().feed(nothing + "PING\r\n").commands());
    }

    @Test
    void skipsTheTrailerOfAnArgumentUnseenAsRedisDoes() {
        assertEquals(
                List.of("[a, ]"), new Decoding().feed("*2\r\n$1\r\naXX$0\r\nYY").commands());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*x|invalid multibulk length",
                "*|invalid multibulk length",
                "*+1|invalid multibulk length",
                "*01|invalid multibulk length",
                "* 1|invalid multibulk length",
                "*1048577|invalid multibulk length",
                "*20000000|invalid multibulk length",
                "*99999999999999999999|invalid multibulk length",
                "*1~$x|invalid bulk length",
                "*1~$|invalid bulk length",
                "*1~$-1|invalid bulk length",
                "*1~$-10|invalid bulk length",
                "*1~$01|invalid bulk length",
                "*1~$536870913|invalid bulk length",
                "*1~$99999999999999999999|invalid bulk length",
                "*1~$2000000000|invalid bulk length",
                "*3~$3~SET~$1~x~fooz|expected '$', got 'f'",
                "*1~*1|expected '$', got '*'",
                "SET \"a|unbalanced quotes in request",
                "SET 'a|unbalanced quotes in request",
                "SET \"a\"b|unbalanced quotes in request",
            })
    void refusesInRedisOwnWords(String request, String error) {
        Decoding decoding = new Decoding().feed(request.replace("~", "\r\n") + "\r\nPING\r\n");
        assertEquals(RespDecoder.Progress.FAILED, decoding.progress());
        assertEquals("ERR Protocol error: " + error, decoding.error());
        assertEquals(List.of(), decoding.commands());
        assertEquals(0, decoding.unreadBytes());
        assertEquals(RespDecoder.Progress.FAILED, decoding.feed("PING\r\n").progress());
    }

    @ParameterizedTest
    @CsvSource({"*,too big mbulk count string", "*1~$,too big bulk count string", "x,too big inline request"})
    void refusesALineThatDoesNotEnd(String start, String error) {
        int lineBytes = start.contains("$") ? 1 : start.length();
        Decoding decoding = new Decoding().feed(start.replace("~", "\r\n"));
        byte[] piece = "1".repeat(1000).getBytes(StandardCharsets.US_ASCII);
        while (lineBytes + piece.length <= RespLimits.LINE_BYTES_MAX) {
            decoding.feed(piece);
            lineBytes += piece.length;
            assertEquals(RespDecoder.Progress.WAITING, decoding.progress());
        }
        decoding.feed(piece);
        assertEquals(RespDecoder.Progress.FAILED, decoding.progress());
        assertEquals("ERR Protocol error: " + error, decoding.error());
    }

    @Test
    void takesTheLongestInlineCommand() {
        String argument = "x".repeat(RespLimits.LINE_BYTES_MAX - 4);
        Decoding decoding = new Decoding(RespLimits.DEFAULT, true).feed("GET " + argument + "\n");
        assertEquals(List.of("[GET, " + argument + "]"), decoding.commands());
    }

    @Test
    void refusesMoreThanALittleBeforeAuthentication() {
        Decoding many = new Decoding();
        many.decoder().authenticated(false);
        assertEquals(
                "ERR Protocol error: unauthenticated multibulk length",
                many.feed("*11\r\n").error());
        Decoding large = new Decoding();
        large.decoder().authenticated(false);
        assertEquals(
                "ERR Protocol error: unauthenticated bulk length",
                large.feed("*1\r\n$16385\r\n").error());
        Decoding allowed = new Decoding();
        allowed.decoder().authenticated(false);
        allowed.feed("*10\r\n$16384\r\n");
        assertEquals(RespDecoder.Progress.WAITING, allowed.progress());
        allowed.decoder().authenticated(true);
        assertEquals(
                RespDecoder.Progress.WAITING,
                allowed.feed("x".repeat(16384) + "\r\n$16385\r\n").progress());
    }

    @Test
    void refusesACommandPastItsLimitWhenItIsAnnounced() {
        Decoding decoding = new Decoding(new RespLimits(1000, 100, 1000), false);
        decoding.feed("*3\r\n$500\r\n" + "x".repeat(500) + "\r\n$500\r\n");
        assertEquals("ERR Protocol error: request of more than 1000 bytes", decoding.error());
    }

    @Test
    void stopsWhereTheSinkSaysAndGoesOnFromThere() {
        RespDecoder decoder = new RespDecoder(RespLimits.DEFAULT, new byte[RespDecoder.WINDOW_BYTES]);
        ByteBuf in = Unpooled.copiedBuffer("PING\r\n*1\r\n$4\r\nECHO\r\nINFO\r\nQU", StandardCharsets.US_ASCII);
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            assertEquals(RespDecoder.Progress.STOPPED, decoder.decode(in, args -> {
                names.add(new String(args[0], StandardCharsets.US_ASCII));
                return false;
            }));
            assertEquals(i, names.size());
        }
        assertEquals(RespDecoder.Progress.WAITING, decoder.decode(in, args -> true));
        assertEquals(List.of("PING", "ECHO", "INFO"), names);
        assertEquals("QU", in.toString(StandardCharsets.US_ASCII));
        in.release();
    }

    /** What the decoder tells its sink, in order. */
    private static final class Telling implements CommandSink {
        final List<String> told = new ArrayList<>();
        private final int goesOnFor;

        Telling(int goesOnFor) {
            this.goesOnFor = goesOnFor;
        }

        @Override
        public void foresee(byte[][][] commands, int count) {
            StringBuilder names = new StringBuilder("foreseen");
            for (int i = 0; i < count; i++) {
                names.append(' ').append(new String(commands[i][0], StandardCharsets.US_ASCII));
            }
            told.add(names.toString());
        }

        @Override
        public boolean accept(byte[][] args) {
            told.add(new String(args[0], StandardCharsets.US_ASCII));
            return told.size() < goesOnFor;
        }
    }

    private static RespDecoder decoder() {
        return new RespDecoder(RespLimits.DEFAULT, new byte[RespDecoder.WINDOW_BYTES]);
    }

    @Test
    void saysWhatComesNextBeforeItComes() {
        Telling sink = new Telling(Integer.MAX_VALUE);
        decoder().decode(Unpooled.copiedBuffer("A\r\n*1\r\n$1\r\nB\r\nC\r\nD", StandardCharsets.US_ASCII), sink);
        assertEquals(List.of("foreseen A B C", "A", "B", "C"), sink.told);
        Telling one = new Telling(Integer.MAX_VALUE);
        decoder().decode(Unpooled.copiedBuffer("A\r\n", StandardCharsets.US_ASCII), one);
        assertEquals(List.of("A"), one.told);
    }

    @Test
    void looksNoFurtherAheadThanItMay() {
        Telling many = new Telling(Integer.MAX_VALUE);
        decoder().decode(Unpooled.copiedBuffer("A\r\n".repeat(20), StandardCharsets.US_ASCII), many);
        assertEquals("foreseen" + " A".repeat(16), many.told.get(0));
        assertEquals("foreseen" + " A".repeat(4), many.told.get(17));
        Telling large = new Telling(Integer.MAX_VALUE);
        String value = "*2\r\n$1\r\nA\r\n$9000\r\n" + "x".repeat(9000) + "\r\n";
        decoder().decode(Unpooled.copiedBuffer(value.repeat(3), StandardCharsets.US_ASCII), large);
        assertEquals(List.of("foreseen A A", "A", "A", "A"), large.told);
    }

    @Test
    void whatIsDecodedAheadComesBeforeTheErrorBehindIt() {
        RespDecoder decoder = decoder();
        Telling sink = new Telling(2);
        ByteBuf in = Unpooled.copiedBuffer("A\r\nB\r\n*x\r\n", StandardCharsets.US_ASCII);
        assertEquals(RespDecoder.Progress.STOPPED, decoder.decode(in, sink));
        assertTrue(decoder.aheadBytes() > 0);
        assertEquals(List.of("foreseen A B", "A"), sink.told);
        assertEquals(RespDecoder.Progress.STOPPED, decoder.decode(in, sink));
        assertEquals(0, decoder.aheadBytes());
        assertEquals(RespDecoder.Progress.FAILED, decoder.decode(in, sink));
        assertEquals(List.of("foreseen A B", "A", "B"), sink.told);
    }

    @Test
    void announcedLengthsHoldNothing() {
        Decoding decoding = new Decoding(RespLimits.DEFAULT.withBulkBytesMax(1 << 30), false);
        decoding.feed("*1048576\r\n$100000000\r\nx");
        assertEquals(RespDecoder.Progress.WAITING, decoding.progress());
        assertTrue(
                decoding.decoder().heldBytes() < 1000,
                "held " + decoding.decoder().heldBytes());
    }

    @Test
    void aLongValueInSmallPacketsCostsTimeInProportion() {
        byte[] value = new byte[8 * 1024 * 1024];
        new Random(7).nextBytes(value);
        Decoding decoding = new Decoding(RespLimits.DEFAULT, true).feed("*1\r\n$" + value.length + "\r\n");
        for (int at = 0; at < value.length; at += 1024) {
            decoding.feed(value, at, at + 1024);
            assertEquals(0, decoding.unreadBytes());
        }
        decoding.feed("\r\n");
        assertArrayEquals(value, decoding.rawCommands().get(0)[0]);
    }

    @Test
    void saysNoErrorWhereThereIsNone() {
        assertThrows(IllegalStateException.class, () -> new Decoding().error());
    }
}
