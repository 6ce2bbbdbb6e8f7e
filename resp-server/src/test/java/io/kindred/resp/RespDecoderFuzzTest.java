package io.kindred.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Supplier;
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
            int[] cuts = new int[stream.length];
            for (int i = 0; i < cuts.length; i++) {
                cuts[i] = 1 + random.nextInt(20);
            }
            Decoding whole = new Decoding(RespLimits.DEFAULT, direct, window).feed(stream);
            assertTrue(whole.decoder().heldBytes() <= 100 + 40L * stream.length, "holds too much");
            Decoding cut = decodeCut(stream, cuts, direct);
            assertEquals(whole.commands(), cut.commands());
            assertEquals(whole.progress(), cut.progress());
            if (whole.progress() == RespDecoder.Progress.FAILED) {
                assertEquals(whole.error(), cut.error());
            }
            whole.close();
            cut.close();
            assertAllocatedLittle(stream, whole, () -> new Decoding(RespLimits.DEFAULT, direct, window).feed(stream));
            assertAllocatedLittle(stream, cut, () -> decodeCut(stream, cuts, direct));
        });
    }

    private Decoding decodeCut(byte[] stream, int[] cuts, boolean direct) {
        Decoding decoding = new Decoding(RespLimits.DEFAULT, direct, window);
        int at = 0;
        for (int i = 0; at < stream.length; i++) {
            int next = Math.min(stream.length, at + cuts[i]);
            decoding.feed(stream, at, next);
            at = next;
        }
        return decoding;
    }

    /** @param again the same once more: the first to come somewhere also pays for the classes that are loaded there */
    private static void assertAllocatedLittle(byte[] stream, Decoding decoding, Supplier<Decoding> again) {
        long allowed = ALLOCATED_BYTES_ALWAYS + ALLOCATED_BYTES_PER_BYTE * stream.length;
        if (decoding.allocatedBytes() > allowed) {
            Decoding second = again.get();
            second.close();
            assertTrue(
                    second.allocatedBytes() <= allowed, () -> stream.length + " bytes cost " + second.allocatedBytes());
        }
    }
}
