package io.kindred.main;

import static io.kindred.main.Directive.Change.RUNNING;
import static io.kindred.main.Directive.Change.START;

import io.kindred.cluster.wire.tls.Tls;
import io.kindred.cluster.wire.tls.TlsSettings;
import io.netty.handler.ssl.ClientAuth;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Redis's directives about TLS, and what they mean together. */
final class TlsDirectives {
    private static final int PORT_MAX = 65_535;

    /** 0: clients do not speak TLS. */
    static final Directive PORT = start("tls-port", "0", ValueForms.integer(0, PORT_MAX));
    /** Whether nodes speak TLS with each other. */
    static final Directive CLUSTER = start("tls-cluster", "no", ValueForms.oneOf("yes", "no"));

    static final Directive CERT_FILE = running("tls-cert-file", "", ValueForms.text());
    static final Directive KEY_FILE = running("tls-key-file", "", ValueForms.text());
    static final Directive KEY_FILE_PASS = running("tls-key-file-pass", "", ValueForms.text());
    /** Empty: tls-cert-file, and its key. */
    static final Directive CLIENT_CERT_FILE = running("tls-client-cert-file", "", ValueForms.text());

    static final Directive CLIENT_KEY_FILE = running("tls-client-key-file", "", ValueForms.text());
    static final Directive CLIENT_KEY_FILE_PASS = running("tls-client-key-file-pass", "", ValueForms.text());
    static final Directive CA_CERT_FILE = running("tls-ca-cert-file", "", ValueForms.text());
    static final Directive CA_CERT_DIR = running("tls-ca-cert-dir", "", ValueForms.text());
    static final Directive AUTH_CLIENTS = running("tls-auth-clients", "yes", ValueForms.oneOf("yes", "no", "optional"));
    static final Directive PROTOCOLS = running("tls-protocols", "", new ProtocolsForm());
    static final Directive CIPHERS = running("tls-ciphers", "", ValueForms.text());
    static final Directive CIPHERSUITES = running("tls-ciphersuites", "", ValueForms.text());
    static final Directive PREFER_SERVER_CIPHERS =
            running("tls-prefer-server-ciphers", "no", ValueForms.oneOf("yes", "no"));
    /** How often the files are looked at for changes; 0: never. */
    static final Directive RELOAD_INTERVAL_S = start("tls-reload-interval-s", "10", ValueForms.integer(0, 86_400));

    static final List<Directive> ALL = List.of(
            PORT,
            CLUSTER,
            CERT_FILE,
            KEY_FILE,
            KEY_FILE_PASS,
            CLIENT_CERT_FILE,
            CLIENT_KEY_FILE,
            CLIENT_KEY_FILE_PASS,
            CA_CERT_FILE,
            CA_CERT_DIR,
            AUTH_CLIENTS,
            PROTOCOLS,
            CIPHERS,
            CIPHERSUITES,
            PREFER_SERVER_CIPHERS,
            RELOAD_INTERVAL_S);

    private static final Set<String> OF_THE_CONTEXT = ALL.stream()
            .filter(directive -> directive.change() == RUNNING)
            .map(Directive::name)
            .collect(Collectors.toUnmodifiableSet());

    private TlsDirectives() {}

    /** Whether a change of it means to read the files again; even to the value that it has, as in Redis. */
    static boolean isOfContext(String name) {
        return OF_THE_CONTEXT.contains(name);
    }

    static boolean hasPort(ServerConfig config) {
        return config.number(PORT) != 0;
    }

    static boolean isBetweenNodes(ServerConfig config) {
        return config.text(CLUSTER).equals("yes");
    }

    static boolean isWanted(ServerConfig config) {
        return hasPort(config) || isBetweenNodes(config);
    }

    static TlsSettings settings(ServerConfig config) {
        TlsSettings.KeyFiles own = keys(config, CERT_FILE, KEY_FILE, KEY_FILE_PASS);
        TlsSettings.KeyFiles dialing = config.text(CLIENT_CERT_FILE).isEmpty()
                ? own
                : keys(config, CLIENT_CERT_FILE, CLIENT_KEY_FILE, CLIENT_KEY_FILE_PASS);
        ClientAuth clients = switch (config.text(AUTH_CLIENTS)) {
            case "no" -> ClientAuth.NONE;
            case "optional" -> ClientAuth.OPTIONAL;
            default -> ClientAuth.REQUIRE;
        };
        return new TlsSettings(
                own,
                dialing,
                new TlsSettings.Trust(config.text(CA_CERT_FILE), config.text(CA_CERT_DIR), clients),
                new TlsSettings.Offer(
                        config.text(PROTOCOLS),
                        config.text(CIPHERS),
                        config.text(CIPHERSUITES),
                        config.text(PREFER_SERVER_CIPHERS).equals("yes")));
    }

    private static TlsSettings.KeyFiles keys(ServerConfig config, Directive cert, Directive key, Directive pass) {
        return new TlsSettings.KeyFiles(
                new TlsSettings.KeyFiles.Names(cert.name(), key.name(), pass.name()),
                config.text(cert),
                config.text(key),
                config.text(pass));
    }

    /** All that is wrong, files too, which are read: not to be called on the loop. */
    static List<String> problems(ServerConfig config) {
        List<String> problems = combinations(config);
        if (isWanted(config) && problems.isEmpty()) {
            problems.addAll(Tls.problems(settings(config)));
        }
        return problems;
    }

    /** What does not go together, whatever the files say. */
    static List<String> combinations(ServerConfig config) {
        List<String> problems = new ArrayList<>();
        if (!isWanted(config)) {
            return problems;
        }
        String wanting = isBetweenNodes(config) ? "'tls-cluster yes'" : "'tls-port " + config.text(PORT) + "'";
        for (Directive needed : List.of(CERT_FILE, KEY_FILE)) {
            if (config.text(needed).isEmpty()) {
                problems.add(wanting + " needs '" + needed.name() + "'");
            }
        }
        boolean isAsking = isBetweenNodes(config) || !config.text(AUTH_CLIENTS).equals("no");
        if (isAsking
                && config.text(CA_CERT_FILE).isEmpty()
                && config.text(CA_CERT_DIR).isEmpty()) {
            problems.add(wanting
                    + " needs 'tls-ca-cert-file' or 'tls-ca-cert-dir', to tell whose certificates are believed"
                    + (isBetweenNodes(config) ? "" : "; without one, 'tls-auth-clients no' asks clients for none"));
        }
        if (config.text(CLIENT_CERT_FILE).isEmpty()
                != config.text(CLIENT_KEY_FILE).isEmpty()) {
            problems.add("'tls-client-cert-file' and 'tls-client-key-file' go together");
        }
        addPortProblem(config, problems);
        return problems;
    }

    private static void addPortProblem(ServerConfig config, List<String> problems) {
        long port = config.number(PORT);
        if (port == 0) {
            return;
        }
        if (port == config.number(Directives.PORT)) {
            problems.add("'port' and 'tls-port' are both " + port);
        }
        ClientPorts ports = new ClientPorts((int) config.number(Directives.PORT), (int) port);
        if (port == config.clusterPort(ports.first())) {
            problems.add("'tls-port' and 'cluster-port' are both " + port);
        }
    }

    /** What others on the network can read, in words for the log; null: nothing. */
    static @Nullable String inTheClear(ServerConfig config) {
        if (config.bind().isLoopback()) {
            return null;
        }
        boolean clients = config.number(Directives.PORT) != 0 || !hasPort(config);
        boolean nodes = !isBetweenNodes(config);
        if (!clients && !nodes) {
            return null;
        }
        return "Keys, values and passwords can be read by whoever can read the network: "
                + (clients ? "clients talk in the clear to 'port'" : "")
                + (clients && nodes ? ", and " : "")
                + (nodes ? "nodes talk in the clear to each other" : "")
                + ". There is TLS for both: see docs/tls.md";
    }

    private static Directive start(String name, String byDefault, ValueForm form) {
        return new Directive(name, byDefault, form, START, "");
    }

    private static Directive running(String name, String byDefault, ValueForm form) {
        return new Directive(name, byDefault, form, RUNNING, "");
    }

    /** Words with spaces between them, in one pair of quotes or not; none: all that there are. */
    private static final class ProtocolsForm implements ValueForm {
        @Override
        public @Nullable String problem(String value) {
            List<String> problems = Tls.protocolProblems(value);
            return problems.isEmpty() ? null : problems.get(0);
        }

        @Override
        public boolean severalWords() {
            return true;
        }
    }
}
