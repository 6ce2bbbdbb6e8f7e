package io.kindred.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The mark of a clean stop: a file that says where the log ended. Written last at a stop, durably removed first at a
 * start, so that it is only ever there between the two. One line of text, closed by the checksum of what is before it.
 */
final class CleanMark {
    static final String FILE_NAME = "clean-stop";
    private static final Pattern LINE =
            Pattern.compile("(kindred-clean-stop 1 segment (\\d{1,18}) end (\\d{1,18}) )" + "crc32c ([0-9a-f]{8})\n");

    private CleanMark() {}

    /** Reads the mark and durably removes it; null if there is none or it is damaged. */
    static @Nullable LogEnd take(Disk disk, Path directory) throws IOException {
        Path file = directory.resolve(FILE_NAME);
        if (!Files.exists(file)) {
            return null;
        }
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        disk.delete(file);
        disk.syncDirectory(directory);
        Matcher line = LINE.matcher(text);
        if (!line.matches() || !checksum(line.group(1)).equals(line.group(4))) {
            return null;
        }
        return new LogEnd(Long.parseLong(line.group(2)), Long.parseLong(line.group(3)));
    }

    /** Requires: everything else is durable. */
    static void leave(Disk disk, Path directory, LogEnd end) throws IOException {
        String text = "kindred-clean-stop 1 segment " + end.segment() + " end " + end.bytes() + " ";
        String line = text + "crc32c " + checksum(text) + "\n";
        try (Disk.DiskFile file = disk.create(directory.resolve(FILE_NAME))) {
            file.append(ByteBuffer.wrap(line.getBytes(StandardCharsets.ISO_8859_1)));
            file.force();
        }
    }

    private static String checksum(String text) {
        int crc = LogFormat.crc(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
        return String.format("%08x", crc);
    }
}
