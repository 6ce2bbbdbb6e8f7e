package io.kindred.it;

/** An error reply. */
final class RespError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RespError(String line) {
        super(line);
    }

    /** The upper-case word in front: ERR, WRONGTYPE, NOQUORUM, ... */
    String code() {
        String line = line();
        int space = line.indexOf(' ');
        return space < 0 ? line : line.substring(0, space);
    }

    String line() {
        return String.valueOf(getMessage());
    }
}
