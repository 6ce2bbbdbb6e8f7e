package io.kindred.main;

import io.kindred.cluster.ring.Replication;
import io.kindred.engine.EngineOptions;
import io.kindred.engine.SyncPolicy;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The directives as they stand: a value for each, well-formed, and fit for one another. Immutable. */
final class ServerConfig {
    private static final int CLUSTER_PORT_OFFSET = 10_000;
    private static final int PORT_MAX = 65_535;

    private final Map<String, String> values;
    private final Set<String> given;

    private ServerConfig(Map<String, String> values, Set<String> given) {
        this.values = Map.copyOf(values);
        this.given = Set.copyOf(given);
    }

    /** Later lines count more than earlier ones. All that is wrong with them is said at once. */
    static ServerConfig of(List<ConfigLine> lines) throws ConfigRefused {
        Map<String, String> values = new HashMap<>();
        for (Directive directive : Directives.ALL) {
            values.put(directive.name(), directive.byDefault());
        }
        Set<String> given = new HashSet<>();
        List<String> problems = new ArrayList<>();
        for (ConfigLine line : lines) {
            String problem = problemOf(line);
            if (problem != null) {
                problems.add(ConfigRefused.problem(line, problem));
                continue;
            }
            Directive directive = named(line);
            String value = valueOf(line);
            boolean isChosen =
                    directive.change() != Directive.Change.FIXED && directive.change() != Directive.Change.REFUSED;
            if (isChosen) {
                values.compute(
                        directive.name(), (name, before) -> directive.form().canonical(value, before));
            }
            if (isChosen || !value.equals(directive.byDefault())) {
                given.add(directive.name());
            }
        }
        if (!problems.isEmpty()) {
            throw ConfigRefused.of(problems);
        }
        ServerConfig config = new ServerConfig(values, given);
        String problem = config.problem();
        if (problem != null) {
            problems.add(problem);
        }
        problems.addAll(TlsDirectives.problems(config));
        if (!problems.isEmpty()) {
            throw ConfigRefused.of(problems);
        }
        return config;
    }

    private static @Nullable String problemOf(ConfigLine line) {
        List<String> words = line.words();
        if (words == null) {
            return "Unbalanced quotes in configuration line";
        }
        Directive directive = words.isEmpty() ? null : Directives.named(words.get(0));
        if (directive == null) {
            return RedisDirectives.refusal(words.isEmpty() ? "" : words.get(0).toLowerCase(Locale.ROOT));
        }
        if (words.size() < 2 || (words.size() > 2 && !directive.form().severalWords())) {
            return "Bad directive or wrong number of arguments";
        }
        if (directive.change() == Directive.Change.REFUSED && !valueOf(line).equals(directive.byDefault())) {
            return directive.fixed();
        }
        return directive.form().problem(valueOf(line));
    }

    private static Directive named(ConfigLine line) {
        Directive directive = Directives.named(words(line).get(0));
        if (directive == null) {
            throw new IllegalArgumentException(line.text());
        }
        return directive;
    }

    private static String valueOf(ConfigLine line) {
        return String.join(" ", words(line).subList(1, words(line).size()));
    }

    private static List<String> words(ConfigLine line) {
        return line.words() == null ? List.of() : line.words();
    }

    /** What was given and is not so, or has no meaning here, and what is open to others, in words; a line for each kind. */
    List<String> remarks() {
        List<String> remarks = new ArrayList<>();
        List<String> idle = new ArrayList<>();
        for (Directive directive : Directives.ALL) {
            if (isGiven(directive) && directive.change() == Directive.Change.WITHOUT_MEANING) {
                idle.add(directive.name());
            } else if (isGiven(directive) && directive.change() == Directive.Change.FIXED) {
                remarks.add(directive.fixed());
            }
        }
        if (!idle.isEmpty()) {
            remarks.add("Directives of Redis that have no meaning here: " + String.join(", ", idle));
        }
        String open = TlsDirectives.inTheClear(this);
        if (open != null) {
            remarks.add(open);
        }
        return remarks;
    }

    /** What does not go together; null: nothing. */
    @Nullable
    String problem() {
        BindAddresses bind = bind();
        String unknown = bind.problem();
        if (unknown != null) {
            return unknown;
        }
        if (!bind.isLoopback() && text(Directives.REQUIREPASS).isEmpty()) {
            return "Protected mode: 'bind " + text(Directives.BIND)
                    + "' lets other machines in, but no password is set."
                    + " Set 'requirepass', or bind a loopback address";
        }
        if (!bind.isLoopback() && text(Directives.CLUSTER_SECRET).isEmpty()) {
            return "Protected mode: 'bind " + text(Directives.BIND)
                    + "' lets other machines' nodes in, but no secret is"
                    + " set. Set 'cluster-secret' to the same text on all nodes, or bind a loopback address";
        }
        long port = new ClientPorts((int) number(Directives.PORT), (int) number(TlsDirectives.PORT)).first();
        if (text(Directives.CLUSTER_PORT).isEmpty() && port + CLUSTER_PORT_OFFSET > PORT_MAX) {
            return "'cluster-port' must be set, because 'port' + " + CLUSTER_PORT_OFFSET + " is no port";
        }
        if (port != 0 && number(Directives.PORT) == port && port == clusterPort((int) port)) {
            return "'port' and 'cluster-port' are both " + port;
        }
        String http = number(Directives.HTTP_PORT) == 0 ? null : httpBind().problem();
        return http != null ? http : quorumProblem();
    }

    /** N, in each datacenter. */
    Replication replication() {
        return new Replication(
                (int) number(Directives.REPLICATION_N),
                ReplicationForm.parse(text(Directives.DATACENTER_REPLICATION_N)));
    }

    /** N where this node is. */
    int replicas() {
        return replication().in(text(Directives.DATACENTER));
    }

    private @Nullable String quorumProblem() {
        long replicas = replicas();
        for (Directive quorum : List.of(Directives.READ_QUORUM, Directives.WRITE_QUORUM)) {
            if (quorum(quorum) > replicas) {
                return "'" + quorum.name() + " " + text(quorum) + "' is more than 'replication-n " + replicas + "'";
            }
        }
        return number(Directives.SUSPECT_AFTER_MS) <= number(Directives.GOSSIP_INTERVAL_MS)
                ? "'suspect-after-ms' must be more than 'gossip-interval-ms', or each node suspects all others"
                : null;
    }

    /** The same with one directive changed. Requires: a well-formed value. */
    ServerConfig with(Directive directive, String value) {
        Map<String, String> changed = new HashMap<>(values);
        changed.put(directive.name(), directive.form().canonical(value, text(directive)));
        Set<String> alsoGiven = new HashSet<>(given);
        alsoGiven.add(directive.name());
        return new ServerConfig(changed, alsoGiven);
    }

    boolean isGiven(Directive directive) {
        return given.contains(directive.name());
    }

    /** In canonical form. */
    String text(Directive directive) {
        String value = values.get(directive.name());
        if (value == null) {
            throw new IllegalArgumentException("no directive: " + directive.name());
        }
        return value;
    }

    long number(Directive directive) {
        return Long.parseLong(text(directive));
    }

    /** 0: a majority. */
    int quorum(Directive directive) {
        String value = text(directive);
        return value.equals("majority") ? 0 : Integer.parseInt(value);
    }

    double decimal(Directive directive) {
        return Double.parseDouble(text(directive));
    }

    BindAddresses bind() {
        return BindAddresses.of(text(Directives.BIND));
    }

    BindAddresses httpBind() {
        return BindAddresses.of(Directives.HTTP_BIND.name(), text(Directives.HTTP_BIND));
    }

    List<InetSocketAddress> seeds() {
        return SeedsForm.addresses(text(Directives.SEEDS));
    }

    /**
     * 0: any.
     *
     * @param port that the node is known by
     */
    int clusterPort(int port) {
        String value = text(Directives.CLUSTER_PORT);
        if (!value.isEmpty()) {
            return Integer.parseInt(value);
        }
        return number(Directives.PORT) == 0 && !TlsDirectives.hasPort(this) ? 0 : port + CLUSTER_PORT_OFFSET;
    }

    /** Where other nodes dial the node that listens on this cluster port. */
    int announcedClusterPort(int clusterPort) {
        String value = text(Directives.CLUSTER_ANNOUNCE_BUS_PORT);
        int announced = value.isEmpty() ? 0 : Integer.parseInt(value);
        return announced == 0 ? clusterPort : announced;
    }

    String nodeName(int port) {
        String value = text(Directives.NODE_NAME);
        return value.isEmpty() ? "n" + port : value;
    }

    EngineOptions engineOptions() {
        EngineOptions byHeap = EngineOptions.defaults();
        return new EngineOptions(
                SyncPolicy.valueOf(text(Directives.APPENDFSYNC).toUpperCase(Locale.ROOT)),
                number(Directives.MEMTABLE_BYTES),
                byHeap.overflowBytes(),
                number(Directives.ROW_CACHE_BYTES),
                byHeap.keyFilterBytes(),
                number(Directives.BLOCK_CACHE_BYTES),
                byHeap.tableBufferBytes(),
                byHeap.openTables(),
                byHeap.scanBytesMax(),
                byHeap.values());
    }
}
