package io.kindred.engine;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Why the engine could not do what it was asked: a value, not an exception.
 *
 * @param kind what sort of trouble it is
 * @param message names the file, the offset where it is known, and the cause
 */
public record EngineFailure(Kind kind, String message) {
    /** What sort of trouble it is; the caller's next step depends on it. */
    public enum Kind {
        /** There is no room on the disk. Later writes work again when there is. */
        DISK_FULL,
        /** The operating system reported an error. */
        IO,
        /** Bytes on disk are not what was written. Never to be read as "absent". */
        CORRUPT,
        /** A named limit was reached: flushing, syncing or reading is too far behind. Nothing was applied. */
        OVERLOADED
    }

    static EngineFailure of(Path file, Throwable cause) {
        return new EngineFailure(kindOf(cause), file + ": " + describe(cause));
    }

    static EngineFailure overloaded(String message) {
        return new EngineFailure(Kind.OVERLOADED, message);
    }

    /** Whatever is no trouble of the operating system is a table that does not parse. */
    private static Kind kindOf(Throwable cause) {
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each instanceof CorruptFileException || each instanceof EOFException) {
                return Kind.CORRUPT;
            }
            if (each instanceof IOException) {
                return isDiskFull(each) ? Kind.DISK_FULL : Kind.IO;
            }
        }
        return Kind.IO;
    }

    /** Java has no exception of its own for it: what is left is the system's words. */
    public static boolean isDiskFull(Throwable cause) {
        String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        return text.contains("no space left") || text.contains("quota exceeded");
    }

    private static String describe(Throwable cause) {
        StringBuilder text = new StringBuilder();
        String previous = "";
        for (Throwable each = cause; each != null; each = each.getCause()) {
            String message = String.valueOf(each.getMessage());
            if (previous.contains(message)) {
                continue;
            }
            text.append(text.isEmpty() ? "" : ": ").append(each.getClass().getSimpleName());
            text.append(" (").append(message).append(')');
            previous = message;
        }
        return text.toString();
    }
}
