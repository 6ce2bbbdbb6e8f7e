package io.kindred.client;

import java.io.IOException;

/** A node has answered with an error; the message is its line. */
public final class ErrorReply extends IOException {
    private static final long serialVersionUID = 1L;

    ErrorReply(String line) {
        super(line);
    }

    /** Whether the same command may do better a moment later. */
    public boolean mayPass() {
        String line = String.valueOf(getMessage());
        return line.startsWith("TRYAGAIN")
                || line.startsWith("NOQUORUM")
                || line.startsWith("OOM")
                || line.startsWith("LOADING");
    }
}
