package org.iq80.leveldb.util;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * The checksum of LevelDB's blocks and log records, by the processor's instruction.
 *
 * <p>It stands in front of the class of the same name in LevelDB's Java port, which was written when Java had no CRC32C of its
 * own: that one took a quarter of all CPU while tables of large values were compacted. The port makes its instances itself, so
 * that there is no other way to give it a better one. Values, names and what is called are the port's; where the order of the
 * class path puts the port's own class first, the same bytes are read and written, more slowly.
 *
 * <p>Source: RFC 3720, appendix B.4 (CRC32C); LevelDB, doc/log_format.md and util/crc32c.h (the mask).
 */
public class PureJavaCrc32C implements Checksum {
    private static final int MASK_DELTA = 0xa282ead8;

    private final CRC32C crc = new CRC32C();

    /** What is stored for a checksum: one of bytes that hold checksums themselves would be a poor one. */
    public static int mask(int crc) {
        return Integer.rotateRight(crc, 15) + MASK_DELTA;
    }

    public static int unmask(int masked) {
        return Integer.rotateLeft(masked - MASK_DELTA, 15);
    }

    public int getMaskedValue() {
        return mask(getIntValue());
    }

    public int getIntValue() {
        return (int) crc.getValue();
    }

    @Override
    public long getValue() {
        return crc.getValue();
    }

    @Override
    public void reset() {
        crc.reset();
    }

    @Override
    public void update(byte[] bytes, int from, int length) {
        crc.update(bytes, from, length);
    }

    /** Of what remains, which is taken. */
    @Override
    public void update(ByteBuffer bytes) {
        crc.update(bytes);
    }

    @Override
    public void update(int oneByte) {
        crc.update(oneByte);
    }
}
