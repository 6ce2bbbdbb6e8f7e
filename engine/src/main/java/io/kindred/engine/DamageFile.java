package io.kindred.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The file in which {@link Damage} is remembered; not there while there is none. Lines of text, the last one with the
 * checksum of those before it; docs/storage-format.md has them. It is replaced as a whole.
 */
final class DamageFile {
    static final String FILE_NAME = "damaged-blocks";
    private static final String FIRST_LINE = "kindred-damaged-blocks 1\n";
    private static final String CRC_LINE = "crc32c ";
    private static final HexFormat HEX = HexFormat.of();

    private DamageFile() {}

    record Content(List<LostRange> lost, List<DamagedPlace> givenUp) {}

    static Content read(Path directory) throws IOException {
        Path file = directory.resolve(FILE_NAME);
        String text;
        try {
            text = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return new Content(List.of(), List.of());
        }
        int crcAt = text.lastIndexOf(CRC_LINE);
        if (!text.startsWith(FIRST_LINE)
                || crcAt < 0
                || !text.substring(crcAt).equals(checksumLine(text.substring(0, crcAt)))) {
            throw new CorruptFileException(file + ": damaged, so that nobody can tell which keys may be lost");
        }
        try {
            return parse(text.substring(FIRST_LINE.length(), crcAt));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new CorruptFileException(file + ": written by another version of the engine", e);
        }
    }

    private static Content parse(String text) {
        List<LostRange> lost = new ArrayList<>();
        List<DamagedPlace> givenUp = new ArrayList<>();
        List<byte[]> known = new ArrayList<>();
        for (String line : text.lines().toList()) {
            String[] words = line.split(" ", -1);
            switch (words[0]) {
                case "known" -> known.add(HEX.parseHex(words[1]));
                case "lost" -> {
                    DamagedPlace place = new DamagedPlace(words[1], Long.parseLong(words[2]));
                    lost.add(LostRange.of(place, HEX.parseHex(words[3]), HEX.parseHex(words[4]), known));
                    known.clear();
                }
                case "empty" -> givenUp.add(new DamagedPlace(words[1], Long.parseLong(words[2])));
                default -> throw new IllegalArgumentException(words[0]);
            }
        }
        return new Content(List.copyOf(lost), List.copyOf(givenUp));
    }

    static void write(EngineContext context, Content content) throws IOException {
        Path directory = context.directory();
        Path file = directory.resolve(FILE_NAME);
        if (content.lost().isEmpty() && content.givenUp().isEmpty()) {
            context.disk().delete(file);
        } else {
            Path next = directory.resolve(FILE_NAME + ".next");
            try (Disk.DiskFile created = context.disk().create(next)) {
                created.append(ByteBuffer.wrap(text(content).getBytes(StandardCharsets.ISO_8859_1)));
                created.force();
            }
            context.disk().rename(next, file);
        }
        context.disk().syncDirectory(directory);
    }

    private static String text(Content content) {
        StringBuilder text = new StringBuilder(FIRST_LINE);
        for (LostRange range : content.lost()) {
            for (byte[] key : range.known()) {
                text.append("known ").append(HEX.formatHex(key)).append('\n');
            }
            text.append("lost ").append(range.place().table()).append(' ');
            text.append(range.place().offset()).append(' ').append(HEX.formatHex(range.from()));
            text.append(' ').append(HEX.formatHex(range.to())).append('\n');
        }
        for (DamagedPlace place : content.givenUp()) {
            text.append("empty ").append(place.table()).append(' ');
            text.append(place.offset()).append('\n');
        }
        return text + checksumLine(text.toString());
    }

    private static String checksumLine(String text) {
        int crc = LogFormat.crc(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
        return CRC_LINE + String.format("%08x", crc) + "\n";
    }
}
