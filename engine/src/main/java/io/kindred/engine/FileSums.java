package io.kindred.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/** Sizes and checksums of whole files. */
final class FileSums {
    private static final int BUFFER_BYTES = 256 << 10;

    private FileSums() {}

    /** @param progress is told how many bytes more have been read */
    static BackupFile of(Disk disk, Path path, String name, LongConsumer progress) throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        long offset = 0;
        try (Disk.Source source = disk.open(path)) {
            while (source.read(buffer.clear(), offset) > 0) {
                offset += buffer.flip().remaining();
                progress.accept(buffer.remaining());
                crc.update(buffer);
            }
        }
        return new BackupFile(name, offset, (int) crc.getValue());
    }
}
