package io.kindred.cluster.core;

/** A transcript says what cannot be said in one. */
final class TranscriptError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TranscriptError(String message) {
        super(message);
    }
}
