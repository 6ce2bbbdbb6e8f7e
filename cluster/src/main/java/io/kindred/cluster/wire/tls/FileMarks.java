package io.kindred.cluster.wire.tls;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.TreeMap;

/** By which it shows that a file has become another one: its size, when it or its rights were changed, and which file it is. */
final class FileMarks {
    private FileMarks() {}

    /** Blocks on the disk. What cannot be looked at has a mark, too. */
    static TreeMap<Path, String> of(List<Path> paths) {
        TreeMap<Path, String> marks = new TreeMap<>();
        for (Path path : paths) {
            marks.put(path, of(path));
            if (Files.isDirectory(path)) {
                addFiles(path, marks);
            }
        }
        return marks;
    }

    private static void addFiles(Path dir, TreeMap<Path, String> marks) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(dir)) {
            for (Path file : files) {
                marks.put(file, of(file));
            }
        } catch (IOException | DirectoryIteratorException e) {
            marks.put(dir, "unreadable: " + e);
        }
    }

    /** A key that could not be read, and now can, has the same bytes. */
    private static String rightsChanged(Path path) throws IOException {
        try {
            return String.valueOf(Files.getAttribute(path, "unix:ctime"));
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            return "";
        }
    }

    private static String of(Path path) {
        try {
            BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class);
            return file.size() + " " + file.lastModifiedTime().to(java.util.concurrent.TimeUnit.NANOSECONDS) + " "
                    + file.fileKey() + " " + rightsChanged(path);
        } catch (IOException e) {
            return "unreadable: " + e;
        }
    }
}
