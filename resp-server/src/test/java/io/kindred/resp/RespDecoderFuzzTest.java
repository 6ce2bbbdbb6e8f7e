package io.kindred.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Hostile bytes: the decoder never throws, never allocates far beyond what came, and never depends on the packets. */
final class RespDecoderFuzzTest {
    private static final int STREAMS = 100_000;
    /** One byte arrays are the dearest: a header of 16 bytes, and their place in an array that doubles. */
    private static final long ALLOCATED_BYTES_PER_BYTE = 40;

    private static final long ALLOCATED_BYTES_ALWAYS = 4096;
    private static final String[] BITS = {
        "\r\n",
        "\r",
        "\n",
        "*",
        "$",
        "*1\r\n",
        "*2\r\n",
        "*1048576\r\n",
        "*1048577\r\n",
        "$536870912\r\n",
        "$-1\r\n",
        "$1\r\n",
        "$0\r\n\r\n",
        "$3\r\nGET\r\n",
        "\"",
        "'",
        "\\x4",
        "\0",
        " ",
        "-",
        "99999999999999999999",
        "*-1\r\n",
        "PING\r\n",
    };

    private final byte[] window = new byte[RespDecoder.WINDOW_BYTES];

    @Test
    void survivesAnyBytes() {
        Seeds.each(RespDecoderFuzzTest.class, STREAMS, random -> {
            byte[] stream = randomStream(random);
            boolean direct = random.nextInt(4) == 0;
            Decoding whole = new Decoding(RespLimits.DEFAULT, direct, window).feed(stream);
            assertTrue(whole.decoder().heldBytes() <= 100 + 40L * stream.length, "holds too much");
            Decoding cut = new Decoding(RespLimits.DEFAULT, direct, window);
            for (int at = 0; at < stream.length; ) {
                int next = Math.min(stream.length, at + 1 + random.nextInt(20));
                cut.feed(stream, at, next);
                at = next;
            }
            assertEquals(whole.commands(), cut.commands());
            assertEquals(whole.progress(), cut.progress());
            if (whole.progress() == RespDecoder.Progress.FAILED) {
                assertEquals(whole.error(), cut.error());
            }
            whole.close();
            cut.close();
            assertAllocatedLittle(whole, stream.length);
            assertAllocatedLittle(cut, stream.length);
        });
    }

    private static void assertAllocatedLittle(Decoding decoding, int streamBytes) {
        long allowed = ALLOCATED_BYTES_ALWAYS + ALLOCATED_BYTES_PER_BYTE * streamBytes;
        long allocated = decoding.allocatedBytes();
        assertTrue(allocated <= allowed, () -> streamBytes + " bytes cost " + allocated);
    }

    private static byte[] randomStream(Random random) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int kind = random.nextInt(3);
        for (int i = random.nextInt(12); i >= 0; i--) {
            if (kind == 0) {
                byte[] noise = new byte[random.nextInt(20)];
                random.nextBytes(noise);
                out.writeBytes(noise);
            } else if (kind == 1) {
                out.writeBytes(latin1(BITS[random.nextInt(BITS.length)]));
            } else {
                writeCommand(random, out);
            }
        }
        byte[] stream = out.toByteArray();
        if (kind == 2) {
            mutate(random, stream);
        }
        return stream;
    }

    private static void writeCommand(Random random, ByteArrayOutputStream out) {
        int count = 1 + random.nextInt(4);
        out.writeBytes(latin1("*" + count + "\r\n"));
        for (int i = 0; i < count; i++) {
            byte[] arg = new byte[random.nextInt(30)];
            random.nextBytes(arg);
            out.writeBytes(latin1("$" + arg.length + "\r\n"));
            out.writeBytes(arg);
            out.writeBytes(latin1("\r\n"));
        }
    }

    private static void mutate(Random random, byte[] stream) {
        for (int i = random.nextInt(4); i > 0 && stream.length > 0; i--) {
            int at = random.nextInt(stream.length);
            switch (random.nextInt(3)) {
                case 0 -> stream[at] = (byte) random.nextInt(256);
                case 1 -> stream[at] ^= (byte) (1 << random.nextInt(8));
                default -> stream[at] = (byte) ('0' + random.nextInt(10));
            }
        }
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
