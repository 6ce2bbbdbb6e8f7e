package io.kindred.cluster.wire.tls;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of protocols and cipher suites, as directives have them. A suite of TLS 1.2 is named as OpenSSL names it ({@code
 * ECDHE-RSA-AES128-GCM-SHA256}) or as IANA does ({@code TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}).
 */
final class Ciphers {
    static final String TLS_12 = "TLSv1.2";
    static final String TLS_13 = "TLSv1.3";

    /** With forward secrecy and authenticated, the faster ones first. */
    static final List<String> DEFAULT_12 = List.of(
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    static final List<String> DEFAULT_13 =
            List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

    private static final Pattern OPENSSL = Pattern.compile(
            "(?:(ECDHE|DHE)-(RSA|ECDSA)-)?(?:AES(128|256)(-GCM)?-(SHA(?:256|384)?)|(CHACHA20-POLY1305))");

    private Ciphers() {}

    static List<String> protocols(String directive, List<String> problems) {
        if (directive.isBlank()) {
            return List.of(TLS_12, TLS_13);
        }
        Set<String> chosen = new LinkedHashSet<>();
        for (String word : directive.trim().split("\\s+", -1)) {
            switch (word.toLowerCase(Locale.ROOT)) {
                case "tlsv1.2" -> chosen.add(TLS_12);
                case "tlsv1.3" -> chosen.add(TLS_13);
                case "tlsv1", "tlsv1.1" ->
                    problems.add(word + " is not spoken here any more (RFC 8996); there are TLSv1.2 and TLSv1.3");
                default ->
                    problems.add("there is no protocol '" + word
                            + "'; there are TLSv1.2 and TLSv1.3, with a space between them");
            }
        }
        return List.copyOf(chosen);
    }

    /** @param known what the provider has */
    static List<String> ofTls12(String directive, Set<String> known, List<String> problems) {
        if (directive.isEmpty()) {
            return DEFAULT_12.stream().filter(known::contains).toList();
        }
        List<String> chosen = new ArrayList<>();
        for (String name : directive.split("[:, ]+", -1)) {
            String suite = ianaName(name);
            if (known.contains(suite) && !DEFAULT_13.contains(suite)) {
                chosen.add(suite);
            } else {
                problems.add("'tls-ciphers': there is no cipher '" + name
                        + "' here; they are names as 'openssl ciphers' prints them, and no patterns");
            }
        }
        return chosen;
    }

    static List<String> ofTls13(String directive, List<String> problems) {
        if (directive.isEmpty()) {
            return DEFAULT_13;
        }
        List<String> chosen = new ArrayList<>();
        for (String name : directive.split("[:, ]+", -1)) {
            if (DEFAULT_13.contains(name)) {
                chosen.add(name);
            } else {
                problems.add("'tls-ciphersuites': there is no suite '" + name + "' here; there are "
                        + String.join(", ", DEFAULT_13));
            }
        }
        return chosen;
    }

    static String ianaName(String name) {
        Matcher parts = OPENSSL.matcher(name);
        if (!parts.matches()) {
            return name;
        }
        String exchange = parts.group(1) == null ? "RSA" : parts.group(1) + "_" + parts.group(2);
        String cipher = parts.group(6) != null
                ? "CHACHA20_POLY1305_SHA256"
                : "AES_" + parts.group(3) + (parts.group(4) == null ? "_CBC_" : "_GCM_") + parts.group(5);
        return "TLS_" + exchange + "_WITH_" + cipher;
    }
}
