package io.kindred.main;

import io.kindred.cluster.keyspace.Glob;
import io.kindred.cluster.wire.tls.Tls;
import io.kindred.command.ConfigPort;
import io.kindred.command.KeyspaceEvents;
import io.kindred.command.Settings;
import io.kindred.command.Tracking;
import io.kindred.resp.RespLimits;
import io.kindred.server.ClientSettings;
import io.kindred.server.ServerLimits;
import io.kindred.server.SlowLimits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The directives while the node runs. Commands and connections look at them all the time, so what they ask for is kept
 * ready in fields.
 *
 * <p>Owned by: the loop thread, once the node has started.
 */
final class LiveConfig implements ConfigPort, Settings, ClientSettings {
    /** What CONFIG GET does not show. */
    private static final Set<String> SECRETS =
            Set.of("requirepass", "cluster-secret", "masterauth", "tls-key-file-pass", "tls-client-key-file-pass");

    private static final String HIDDEN = "(hidden)";
    private static final int ARGS_MAX = 1024 * 1024;
    private static final int COMMANDS_IN_FLIGHT_MAX = 1024;
    /** Of the heap: what the commands in flight of all clients may weigh. */
    private static final int WINDOW_HEAP_PARTS = 32;

    private static final long WINDOW_BYTES_MIN = 4L * 1024 * 1024;
    private static final long WINDOW_BYTES_MAX = 64L * 1024 * 1024;
    /** Of request-timeout-ms: a command that takes longer says that there are too many at a time. */
    private static final int LATE_TIMEOUT_PARTS = 4;

    /** Changes that wait for one of TLS; more are refused. */
    private static final int WAITING_MAX = 128;

    private final Consumer<String> logLevel;
    private final Runnable resetStatistics;
    private @Nullable Tls tls;
    /** Files are being read; what comes meanwhile is done afterwards, or it would be checked against what changes. */
    private boolean isTlsChanging;

    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private ServerConfig config;
    private ServerLimits limits = ServerLimits.DEFAULT;
    private SlowLimits slow = SlowLimits.of(-1, 0, 0);
    private @Nullable String password;
    private int valueBytesMax;
    private int keyBytesMax;
    private long scriptInstructionsMax;
    private long scriptMemoryBytesMax;
    private long scriptCacheBytesMax;
    private boolean conflictIsError;
    private @Nullable KeyspaceEvents events;
    private @Nullable Tracking tracking;
    private Runnable expiredEvents = () -> {};
    private int timeoutSeconds;
    private int keepAliveSeconds;
    private boolean loading = true;
    private String whyLoading = "";
    private String whyNoSeed = "";

    /** @param logLevel is told of each change of that directive */
    LiveConfig(ServerConfig config, Consumer<String> logLevel, Runnable resetStatistics) {
        this.config = config;
        this.logLevel = logLevel;
        this.resetStatistics = resetStatistics;
        use(config);
    }

    /** Who tells what is to be told of keys, from now on. */
    void onKeyspaceEvents(KeyspaceEvents told) {
        events = told;
        told.use(config.text(Directives.NOTIFY_KEYSPACE_EVENTS));
    }

    /** Who is told when what is told of keys has changed. */
    void onExpiredEvents(Runnable changed) {
        expiredEvents = changed;
        changed.run();
    }

    /** Who keeps track of clients' copies, of so many keys. */
    void onTracking(Tracking table) {
        tracking = table;
        table.keysMax(config.number(Directives.TRACKING_TABLE_MAX_KEYS));
    }

    /** Where changes about TLS go. */
    void tls(Tls running) {
        tls = running;
    }

    ServerConfig now() {
        return config;
    }

    private void use(ServerConfig next) {
        config = next;
        String requirepass = next.text(Directives.REQUIREPASS);
        password = requirepass.isEmpty() ? null : requirepass;
        valueBytesMax = (int) next.number(Directives.MAX_VALUE_BYTES);
        keyBytesMax = (int) next.number(Directives.MAX_KEY_BYTES);
        scriptInstructionsMax = next.number(Directives.SCRIPT_MAX_INSTRUCTIONS);
        scriptMemoryBytesMax = next.number(Directives.SCRIPT_MAX_MEMORY);
        scriptCacheBytesMax = next.number(Directives.SCRIPT_CACHE_BYTES);
        conflictIsError = next.text(Directives.CONFLICT_POLICY).equals("error");
        timeoutSeconds = (int) next.number(Directives.TIMEOUT);
        keepAliveSeconds = (int) next.number(Directives.TCP_KEEPALIVE);
        Tracking table = tracking;
        if (table != null) {
            table.keysMax(next.number(Directives.TRACKING_TABLE_MAX_KEYS));
        }
        KeyspaceEvents told = events;
        if (told != null) {
            told.use(next.text(Directives.NOTIFY_KEYSPACE_EVENTS));
            expiredEvents.run();
        }
        slow = SlowLimits.of(
                next.number(Directives.SLOWLOG_LOG_SLOWER_THAN),
                (int) next.number(Directives.SLOWLOG_MAX_LEN),
                next.number(Directives.LATENCY_MONITOR_THRESHOLD));
        limits = new ServerLimits(
                new RespLimits(
                        (int) next.number(Directives.PROTO_MAX_BULK_LEN),
                        ARGS_MAX,
                        next.number(Directives.CLIENT_QUERY_BUFFER_LIMIT)),
                (int) next.number(Directives.MAXCLIENTS),
                COMMANDS_IN_FLIGHT_MAX,
                OutputLimitForm.limits(next.text(Directives.CLIENT_OUTPUT_BUFFER_LIMIT)),
                new ServerLimits.Shared(
                        windowBytes(Runtime.getRuntime().maxMemory()),
                        next.number(Directives.WAITING_BYTES_MAX),
                        Math.max(1, next.number(Directives.REQUEST_TIMEOUT_MS) / LATE_TIMEOUT_PARTS)));
    }

    private static long windowBytes(long heapBytes) {
        return Math.max(WINDOW_BYTES_MIN, Math.min(WINDOW_BYTES_MAX, heapBytes / WINDOW_HEAP_PARTS));
    }

    /** The node now serves clients. */
    void serving() {
        loading = false;
        whyLoading = "";
    }

    /** The node does not serve clients, or not any more. */
    void notServing(String why) {
        loading = true;
        whyLoading = why;
    }

    /** Why no seed lets the node in; empty: one does. */
    void seedsFail(String why) {
        whyNoSeed = why;
    }

    // --- CONFIG ---

    @Override
    public Map<String, String> get(Iterable<String> patterns) {
        Map<String, String> found = new TreeMap<>();
        for (Directive directive : Directives.ALL) {
            for (String pattern : patterns) {
                if (Glob.matchesIgnoringCase(bytes(pattern), bytes(directive.name()))) {
                    found.put(directive.name(), shown(directive));
                }
            }
        }
        return found;
    }

    /** Whether a secret is set is told, and not what it is. */
    private String shown(Directive directive) {
        String value = config.text(directive);
        return SECRETS.contains(directive.name()) && !value.isEmpty() ? HIDDEN : value;
    }

    @Override
    public void set(Map<String, String> values, Consumer<@Nullable String> told) {
        if (!isTlsChanging) {
            setNow(values, told);
        } else if (waiting.size() < WAITING_MAX) {
            waiting.add(() -> setNow(values, told));
        } else {
            told.accept(failed(firstOf(values), WAITING_MAX + " changes wait for one of TLS; try again"));
        }
    }

    private void setNow(Map<String, String> values, Consumer<@Nullable String> told) {
        for (Map.Entry<String, String> change : values.entrySet()) {
            Directive directive = Directives.named(change.getKey());
            if (directive == null) {
                told.accept("ERR Unknown option or number of arguments for CONFIG SET - '" + change.getKey() + "'");
                return;
            }
            String problem = problem(directive, change.getValue());
            if (problem != null) {
                told.accept(failed(directive.name(), problem));
                return;
            }
        }
        Tls running = tls;
        if (running == null || !running.isOpen() || values.keySet().stream().noneMatch(TlsDirectives::isOfContext)) {
            told.accept(apply(values));
            return;
        }
        ServerConfig next = changed(values);
        List<String> problems = TlsDirectives.combinations(next);
        String problem = next.problem();
        if (problem != null || !problems.isEmpty()) {
            told.accept(failed(firstOf(values), problem == null ? problems.get(0) : problem));
            return;
        }
        isTlsChanging = true;
        running.change(TlsDirectives.settings(next), refusal -> {
            isTlsChanging = false;
            told.accept(
                    refusal == null
                            ? apply(values)
                            : failed(tlsNameOf(values), "Unable to update TLS configuration: " + refusal));
            while (!isTlsChanging && !waiting.isEmpty()) {
                waiting.remove().run();
            }
        });
    }

    private static String firstOf(Map<String, String> values) {
        return values.keySet().iterator().next();
    }

    private static String tlsNameOf(Map<String, String> values) {
        return values.keySet().stream()
                .filter(TlsDirectives::isOfContext)
                .findFirst()
                .orElseGet(() -> firstOf(values));
    }

    private ServerConfig changed(Map<String, String> values) {
        ServerConfig next = config;
        for (Map.Entry<String, String> change : values.entrySet()) {
            Directive directive = Directives.named(change.getKey());
            if (directive != null) {
                next = next.with(directive, change.getValue());
            }
        }
        return next;
    }

    private @Nullable String apply(Map<String, String> values) {
        ServerConfig next = changed(values);
        String problem = next.problem();
        if (problem != null) {
            return failed(firstOf(values), problem);
        }
        boolean otherLevel = !next.text(Directives.LOGLEVEL).equals(config.text(Directives.LOGLEVEL));
        use(next);
        if (otherLevel) {
            logLevel.accept(next.text(Directives.LOGLEVEL));
        }
        return null;
    }

    /** Tools set what is so anyway, {@code appendonly yes} for one, and must not fail for it. */
    private static @Nullable String problem(Directive directive, String value) {
        return switch (directive.change()) {
            case RUNNING, WITHOUT_MEANING -> directive.form().problem(value);
            case START -> "can't set immutable config";
            case FIXED, REFUSED -> value.equals(directive.byDefault()) ? null : directive.fixed();
        };
    }

    private static String failed(String name, String problem) {
        return "ERR CONFIG SET failed (possibly related to argument '" + name + "') - " + problem;
    }

    @Override
    public void resetStatistics() {
        resetStatistics.run();
    }

    @Override
    public @Nullable String rewrite() {
        return "ERR Kindred leaves its configuration file alone; write the directive there yourself";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    // --- what commands ask for ---

    @Override
    public int keyBytesMax() {
        return keyBytesMax;
    }

    @Override
    public long scriptInstructionsMax() {
        return scriptInstructionsMax;
    }

    @Override
    public long scriptMemoryBytesMax() {
        return scriptMemoryBytesMax;
    }

    @Override
    public long scriptCacheBytesMax() {
        return scriptCacheBytesMax;
    }

    @Override
    public int valueBytesMax() {
        return valueBytesMax;
    }

    @Override
    public int databases() {
        return (int) config.number(Directives.DATABASES);
    }

    @Override
    public int replicationN() {
        return config.replicas();
    }

    @Override
    public boolean conflictIsError() {
        return conflictIsError;
    }

    @Override
    public @Nullable String password() {
        return password;
    }

    @Override
    public boolean loading() {
        return loading;
    }

    @Override
    public String whyLoading() {
        return whyLoading.isEmpty() ? whyNoSeed : whyLoading;
    }

    // --- what connections ask for ---

    @Override
    public ServerLimits limits() {
        return limits;
    }

    @Override
    public SlowLimits slow() {
        return slow;
    }

    @Override
    public boolean passwordRequired() {
        return password != null;
    }

    @Override
    public int timeoutSeconds() {
        return timeoutSeconds;
    }

    @Override
    public int keepAliveSeconds() {
        return keepAliveSeconds;
    }
}
