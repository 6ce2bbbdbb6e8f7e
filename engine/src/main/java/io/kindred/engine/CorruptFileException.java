package io.kindred.engine;

import java.io.IOException;

/** A file does not hold what was written to it. The message names the file and, where known, the offset. */
final class CorruptFileException extends IOException {
    private static final long serialVersionUID = 1L;

    CorruptFileException(String message) {
        super(message);
    }

    CorruptFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
