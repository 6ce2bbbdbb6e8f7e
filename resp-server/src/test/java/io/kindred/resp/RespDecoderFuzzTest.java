package io.kindred.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Hostile bytes: the decoder never throws, never allocates far beyond what came, and never depends on the packets. */
final class RespDecoderFuzzTest {
    private static final int STREAMS = 100_000;
    /** One byte arrays are the dearest: a header of 16 bytes, and their place in an array that doubles. */
    private static final long ALLOCATED_BYTES_PER_BYTE = 40;

    private static final long ALLOCATED_BYTES_ALWAYS = 4096;

    private final byte[] window = new byte[RespDecoder.WINDOW_BYTES];

    @Test
    void survivesAnyBytes() {
        Seeds.each(RespDecoderFuzzTest.class, STREAMS, random -> {
            byte[] stream = HostileBytes.stream(random);
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
}
