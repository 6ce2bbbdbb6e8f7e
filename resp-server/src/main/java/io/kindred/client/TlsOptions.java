package io.kindred.client;

import io.kindred.cluster.wire.tls.CallerContext;
import java.util.Iterator;
import java.util.List;

/**
 * How a tool speaks TLS, in redis-cli's words. Unlike redis-cli's, the tools compare the certificate with whom they called.
 *
 * @param isOn whether it does
 * @param files {@code --cacert}, {@code --cert}, {@code --key}, {@code --insecure}
 * @param sni the name that the server is asked for, and that its certificate must have; empty: the address that is called
 */
public record TlsOptions(boolean isOn, CallerContext.Files files, String sni) {
    public static final TlsOptions OFF = new TlsOptions(false, new CallerContext.Files("", "", "", false), "");

    /** For the tools' {@code --help}. */
    public static final String USAGE = """
              --tls               speak TLS with the nodes (docs/tls.md)
              --cacert FILE       whose certificates are believed, PEM (default: those that Java believes)
              --cert FILE, --key FILE  the certificate to show, and its key, PEM, not encrypted
              --sni NAME          the certificate must have this name instead of the address that is called
              --insecure          believe whoever answers""";

    private static final List<String> NAMES = List.of("--tls", "--cacert", "--cert", "--key", "--sni", "--insecure");

    public static boolean isOne(String argument) {
        return NAMES.contains(argument);
    }

    /**
     * With one more option of the command line. Requires: {@link #isOne}. Throws IllegalArgumentException, with a message for the
     * user.
     *
     * @param behind the words behind it, of which it takes its value
     */
    public TlsOptions with(String option, Iterator<String> behind) {
        return switch (option) {
            case "--tls" -> new TlsOptions(true, files, sni);
            case "--sni" -> new TlsOptions(isOn, files, value(option, behind));
            default -> new TlsOptions(isOn, files(option, behind), sni);
        };
    }

    private CallerContext.Files files(String option, Iterator<String> behind) {
        String ca = files.caFile();
        String cert = files.certFile();
        String key = files.keyFile();
        return switch (option) {
            case "--cacert" -> new CallerContext.Files(value(option, behind), cert, key, files.isInsecure());
            case "--cert" -> new CallerContext.Files(ca, value(option, behind), key, files.isInsecure());
            case "--key" -> new CallerContext.Files(ca, cert, value(option, behind), files.isInsecure());
            case "--insecure" -> new CallerContext.Files(ca, cert, key, true);
            default -> throw new IllegalArgumentException("unknown option " + option);
        };
    }

    private static String value(String option, Iterator<String> behind) {
        if (!behind.hasNext()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return behind.next();
    }

    /** Throws IllegalArgumentException, with a message for the user, where the options make no sense together. */
    public TlsOptions checked() {
        if (!isOn && !equals(OFF)) {
            throw new IllegalArgumentException("--cacert, --cert, --key, --sni and --insecure need --tls");
        }
        if (files.certFile().isEmpty() != files.keyFile().isEmpty()) {
            throw new IllegalArgumentException("--cert and --key are given together, or neither");
        }
        return this;
    }
}
