package io.kindred.command;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A command as logs may show it: of bounded length, and without passwords. */
public final class CommandLine {
    private static final String REDACTED = "(redacted)";
    private static final Set<String> SECRET_DIRECTIVES = Set.of(
            "requirepass",
            "masterauth",
            "masteruser",
            "cluster-secret",
            "tls-key-file-pass",
            "tls-client-key-file-pass");

    private CommandLine() {}

    /**
     * @param argsMax the last one then counts those that are left out
     * @param bytesMax of one argument; what is longer says by how much
     */
    public static List<String> shown(byte[][] args, int argsMax, int bytesMax) {
        List<String> shown = new ArrayList<>();
        int secretFrom = secretFrom(args);
        boolean isConfig = args.length > 2 && Ascii.is(args[0], "config") && Ascii.is(args[1], "set");
        for (int i = 0; i < args.length; i++) {
            if (i == argsMax - 1 && args.length > argsMax) {
                shown.add("... (" + (args.length - i) + " more arguments)");
                break;
            }
            boolean isSecret = i >= secretFrom
                    || isConfig && i >= 3 && i % 2 == 1 && SECRET_DIRECTIVES.contains(Ascii.lower(args[i - 1]));
            shown.add(isSecret ? REDACTED : shown(args[i], bytesMax));
        }
        return shown;
    }

    private static String shown(byte[] arg, int bytesMax) {
        int more = arg.length - bytesMax;
        String text = new String(arg, 0, Math.min(arg.length, bytesMax), StandardCharsets.ISO_8859_1);
        return more > 0 ? text + "... (" + more + " more bytes)" : text;
    }

    /** The first argument that may be a password, as may be all behind it. */
    private static int secretFrom(byte[][] args) {
        if (Ascii.is(args[0], "auth")) {
            return 1;
        }
        if (Ascii.is(args[0], "hello")) {
            for (int i = 1; i < args.length; i++) {
                if (Ascii.is(args[i], "auth")) {
                    return i + 1;
                }
            }
        }
        return Integer.MAX_VALUE;
    }
}
