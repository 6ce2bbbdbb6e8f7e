package io.kindred.cluster.wire.tls;

/** Why a file cannot be used, as the end of a sentence that names it. */
final class UnusableFile extends Exception {
    private static final long serialVersionUID = 1;

    UnusableFile(String why) {
        super(why);
    }

    UnusableFile(String why, Throwable cause) {
        super(why, cause);
    }

    String why() {
        return String.valueOf(getMessage());
    }
}
