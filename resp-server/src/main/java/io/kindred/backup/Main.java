package io.kindred.backup;

import io.kindred.client.ClientTls;
import io.kindred.client.Connection;
import io.kindred.client.ErrorReply;
import java.io.IOException;
import java.io.PrintStream;

/** {@code bin/kindred-backup}. */
public final class Main {
    static final int EXIT_OK = 0;
    static final int EXIT_FAILED = 1;
    static final int EXIT_USAGE = 2;
    static final int EXIT_UNREACHABLE = 3;
    /** A node answers a question about itself, or about keys, within this. */
    static final int REPLY_MILLIS = 30_000;

    private Main() {}

    public static void main(String[] arguments) {
        String password = System.getenv().getOrDefault("KINDRED_PASSWORD", "");
        System.exit(run(arguments, password, System.out, System.err));
    }

    /** Gives the exit code. */
    static int run(String[] arguments, String password, PrintStream out, PrintStream err) {
        if (arguments.length > 0 && (arguments[0].equals("--help") || arguments[0].equals("-h"))) {
            out.println(Options.USAGE);
            return EXIT_OK;
        }
        Options options;
        try {
            options = Options.of(arguments, password);
        } catch (IllegalArgumentException e) {
            err.println("kindred-backup: " + e.getMessage());
            err.println(Options.USAGE);
            return EXIT_USAGE;
        }
        try {
            Connection.Access access = new Connection.Access(options.password(), ClientTls.of(options.tls()));
            return switch (options.command()) {
                case MAKE -> new MakeRun(options, access, out).run();
                case VERIFY -> new VerifyRun(options.parts(), out).run();
                case RESTORE -> new RestoreRun(options, access, out).run();
            };
        } catch (BackupProblem e) {
            err.println("kindred-backup: " + e.getMessage());
            return EXIT_FAILED;
        } catch (ErrorReply e) {
            err.println("kindred-backup: the node answered: " + e.getMessage());
            return EXIT_FAILED;
        } catch (IOException e) {
            err.println("kindred-backup: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
            return EXIT_UNREACHABLE;
        }
    }
}
