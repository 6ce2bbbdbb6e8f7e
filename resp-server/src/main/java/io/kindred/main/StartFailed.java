package io.kindred.main;

/** The node cannot start; the message says why in one line. */
final class StartFailed extends Exception {
    private static final long serialVersionUID = 1;

    StartFailed(String message) {
        super(message);
    }

    StartFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
