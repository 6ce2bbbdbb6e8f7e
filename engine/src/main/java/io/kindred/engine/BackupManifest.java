package io.kindred.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * What a backup consists of: facts that its maker has noted, and every file with its size and checksum. docs/backup-format.md
 * has the bytes. It is written last, so a directory without one is no backup.
 *
 * @param facts lower-case names, and values of one line each, in the order in which they were noted
 * @param files in the order of their names
 */
public record BackupManifest(Map<String, String> facts, List<BackupFile> files) {
    public static final String FILE_NAME = "backup.manifest";
    /** Where the engine's files are in a backup: a directory that an engine may be opened on. */
    public static final String STORE = "store";

    private static final String FIRST_LINE = "kindred-backup 1\n";
    private static final String FACT = "fact ";
    private static final String FILE = "file ";
    private static final String CRC_LINE = "crc32c ";

    /** @throws IOException if there is none, or it is not as it was written; the message names the file */
    public static BackupManifest read(Path backup) throws IOException {
        Path file = backup.resolve(FILE_NAME);
        String text;
        try {
            text = Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new IOException(backup + ": not a backup, for it has no " + FILE_NAME, e);
        }
        int crcAt = text.lastIndexOf(CRC_LINE);
        if (!text.startsWith(FIRST_LINE) || crcAt < 0 || !text.substring(crcAt).equals(crcLine(text, crcAt))) {
            throw new CorruptFileException(file + ": damaged, or written by another version");
        }
        try {
            return parse(text.substring(FIRST_LINE.length(), crcAt));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new CorruptFileException(file + ": written by another version", e);
        }
    }

    private static BackupManifest parse(String text) {
        Map<String, String> facts = new LinkedHashMap<>();
        List<BackupFile> files = new ArrayList<>();
        for (String line : text.lines().toList()) {
            if (line.startsWith(FACT)) {
                String[] words = line.substring(FACT.length()).split(" ", 2);
                facts.put(words[0], words[1]);
            } else if (line.startsWith(FILE)) {
                String[] words = line.substring(FILE.length()).split(" ", 3);
                files.add(new BackupFile(words[2], Long.parseLong(words[0]), HexFormat.fromHexDigits(words[1])));
            } else {
                throw new IllegalArgumentException(line);
            }
        }
        return new BackupManifest(facts, List.copyOf(files));
    }

    String text() {
        StringBuilder text = new StringBuilder(FIRST_LINE);
        facts.forEach((name, value) ->
                text.append(FACT).append(name).append(' ').append(value).append('\n'));
        for (BackupFile file : files) {
            text.append(FILE).append(file.sizeBytes()).append(' ');
            text.append(String.format("%08x", file.crc())).append(' ').append(file.name());
            text.append('\n');
        }
        return text + crcLine(text.toString(), text.length());
    }

    private static String crcLine(String text, int end) {
        byte[] before = text.substring(0, end).getBytes(StandardCharsets.UTF_8);
        return CRC_LINE + String.format("%08x", LogFormat.crc(ByteBuffer.wrap(before))) + "\n";
    }

    /** A fact's value; empty where it was not noted. */
    public String fact(String name) {
        return facts.getOrDefault(name, "");
    }

    public long sizeBytes() {
        return files.stream().mapToLong(BackupFile::sizeBytes).sum();
    }

    /**
     * Reads every file and compares it with its checksum.
     *
     * @param progress is told how many bytes have been read, again and again
     * @throws IOException if one is missing or differs; the message names it
     */
    public void verify(Path backup, LongConsumer progress) throws IOException {
        Disk disk = new LocalDisk();
        for (BackupFile file : files) {
            Path path = backup.resolve(file.name());
            BackupFile found;
            try {
                found = FileSums.of(disk, path, file.name(), progress);
            } catch (NoSuchFileException e) {
                throw new CorruptFileException(path + ": this file of the backup is missing", e);
            }
            if (!found.equals(file)) {
                throw new CorruptFileException(path + ": not as it was when the backup was made: " + found.sizeBytes()
                        + " bytes of checksum " + String.format("%08x", found.crc()) + " where "
                        + file.sizeBytes() + " of " + String.format("%08x", file.crc()) + " were written");
            }
        }
    }
}
