package io.kindred.cluster.version;

/** Bytes that are no record of ours; the message says what was wrong and where. Whoever read them adds the file. */
public final class CorruptRecordException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public CorruptRecordException(String message) {
        super(message);
    }
}
