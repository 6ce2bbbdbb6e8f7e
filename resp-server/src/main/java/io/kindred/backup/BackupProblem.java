package io.kindred.backup;

import java.io.IOException;

/** A part is not what it should be, or a record could not be restored. The message is for the user. */
final class BackupProblem extends IOException {
    private static final long serialVersionUID = 1L;

    BackupProblem(String message) {
        super(message);
    }

    BackupProblem(String message, Throwable cause) {
        super(message, cause);
    }
}
