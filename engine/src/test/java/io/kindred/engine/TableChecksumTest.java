package io.kindred.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.CodeSource;
import org.iq80.leveldb.util.PureJavaCrc32C;
import org.junit.jupiter.api.Test;

class TableChecksumTest {
    private static final byte[] DIGITS = "123456789".getBytes(StandardCharsets.US_ASCII);
    /** The check value of CRC-32C. */
    private static final int DIGITS_CRC = 0xE3069283;

    @Test
    void theTablesHaveTheOneThatTheProcessorComputes() {
        CodeSource ours = LsmEngine.class.getProtectionDomain().getCodeSource();
        assertEquals(
                ours.getLocation(),
                PureJavaCrc32C.class.getProtectionDomain().getCodeSource().getLocation(),
                "LevelDB's own class comes first on the class path");
    }

    @Test
    void itIsCrc32cHoweverTheBytesCome() {
        PureJavaCrc32C whole = new PureJavaCrc32C();
        whole.update(DIGITS, 0, DIGITS.length);
        assertEquals(DIGITS_CRC, whole.getIntValue());

        PureJavaCrc32C parts = new PureJavaCrc32C();
        parts.update(DIGITS[0]);
        parts.update(ByteBuffer.wrap(DIGITS, 1, 4));
        ByteBuffer direct = ByteBuffer.allocateDirect(4).put(DIGITS, 5, 4).flip();
        parts.update(direct);
        assertEquals(DIGITS_CRC, parts.getIntValue());
        assertEquals(0, direct.remaining());
        parts.reset();
        parts.update(DIGITS, 0, DIGITS.length);
        assertEquals(DIGITS_CRC & 0xFFFFFFFFL, parts.getValue());
    }

    /** The mask of LevelDB's own test: a checksum differs from its mask, and comes back. */
    @Test
    void masksComeOff() {
        int masked = PureJavaCrc32C.mask(DIGITS_CRC);
        assertEquals((DIGITS_CRC >>> 15 | DIGITS_CRC << 17) + 0xa282ead8, masked);
        assertEquals(DIGITS_CRC, PureJavaCrc32C.unmask(masked));
    }
}
