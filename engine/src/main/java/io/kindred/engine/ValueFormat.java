package io.kindred.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * The bytes of a value file; docs/storage-format.md has them in words.
 *
 * <p>As in the commit log, a record's header has a checksum of its own that covers the file's number and the record's place, so
 * that whoever walks a file finds the next record behind damage. It covers the key, too: a walk needs to read no value.
 */
final class ValueFormat {
    static final int FILE_HEADER_BYTES = 24;
    static final int RECORD_HEADER_BYTES = 16;

    private static final byte[] MAGIC = "KINDRVAL".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int FILE_CRC_AT = 20;
    private static final NumberedName NAME = new NumberedName("values-", ".kval");

    private ValueFormat() {}

    static Path file(Path directory, long number) {
        return NAME.file(directory, number);
    }

    /** The value files of a directory, by their numbers. */
    static TreeMap<Long, Path> files(Path directory) throws IOException {
        TreeMap<Long, Path> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(directory)) {
            all.forEach(file -> NAME.number(file).ifPresent(number -> files.put(number, file)));
        }
        return files;
    }

    static ByteBuffer fileHeader(long number) {
        ByteBuffer header = ByteBuffer.allocate(FILE_HEADER_BYTES);
        header.put(MAGIC).putInt(VERSION).putLong(number);
        return header.putInt(LogFormat.crc(header.duplicate().flip())).flip();
    }

    /** Whether a header is one of a version that this engine does not know. */
    static boolean isOtherVersion(ByteBuffer header) {
        return header.limit() >= FILE_HEADER_BYTES
                && header.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))
                && header.getInt(MAGIC.length) != VERSION
                && header.getInt(FILE_CRC_AT) == LogFormat.crc(header.slice(0, FILE_CRC_AT));
    }

    /** @param at where the record begins in the file */
    static byte[] recordHeader(long number, long at, byte[] key, BytePart value) {
        ByteBuffer header = ByteBuffer.allocate(RECORD_HEADER_BYTES);
        header.putInt(key.length).putInt(value.length()).putInt(crc(value));
        return header.putInt(headerCrc(number, at, header.array(), ByteBuffer.wrap(key)))
                .array();
    }

    static int crc(BytePart part) {
        CRC32C crc = new CRC32C();
        crc.update(part.bytes(), part.from(), part.length());
        return (int) crc.getValue();
    }

    /** Covers the first three numbers of the header, and what stands behind it. */
    static int headerCrc(long number, long at, byte[] header, ByteBuffer key) {
        CRC32C crc = new CRC32C();
        crc.update(
                ByteBuffer.allocate(2 * Long.BYTES).putLong(number).putLong(at).flip());
        crc.update(header, 0, RECORD_HEADER_BYTES - Integer.BYTES);
        crc.update(key);
        return (int) crc.getValue();
    }
}
