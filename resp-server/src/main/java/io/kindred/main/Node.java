package io.kindred.main;

import io.kindred.cluster.core.Renewal;
import io.kindred.cluster.core.StartState;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.node.DataDirectory;
import io.kindred.cluster.node.NodeHost;
import io.kindred.cluster.node.StoredState;
import io.kindred.cluster.pubsub.ChangedKeys;
import io.kindred.cluster.wire.NetLoop;
import io.kindred.cluster.wire.tls.Tls;
import io.kindred.cluster.wire.tls.TlsRefused;
import io.kindred.command.Answer;
import io.kindred.command.HealthView;
import io.kindred.command.KeyspaceEvents;
import io.kindred.command.NodePort;
import io.kindred.command.SavePort;
import io.kindred.command.Tracking;
import io.kindred.server.ServerCounters;
import io.kindred.server.http.HttpCounters;
import io.kindred.server.http.HttpPort;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A whole node: one thread that runs clients, peers and the core, and what stands around it. A process has one; a test
 * may have several.
 *
 * <p>States: starting (clients are accepted, and told LOADING), serving, and ended. From a stop that was asked for the
 * node ends with {@link #EXIT_OK}, every commit durable; from a state that was ruled out, at once, with {@link
 * #EXIT_FATAL}.
 */
final class Node implements NodeHost, NodePort {
    static final int EXIT_OK = 0;
    static final int EXIT_FATAL = 1;
    /** The node has ended so that the process starts another one, on the same directory. */
    static final int EXIT_ANEW = 2;

    /** A node that does not serve says in its log why, so often. */
    private static final int REMINDER_SECONDS = 60;

    private static final int FAREWELL_MILLIS = 100;
    /** What was written so long ago is on the disk, even under {@code appendfsync everysec}. */
    private static final int STORED_MILLIS = 3_000;
    /** Rounds of gossip in which all members hear what one of them has to say, with some to spare. */
    private static final int FAREWELL_ROUNDS = 5;

    private static final System.Logger LOG = System.getLogger(Node.class.getName());

    private final InstantSource clock = ProcessClock.wall();
    private final NetLoop net = NetLoop.start("kindred");
    private final NodePorts ports = new NodePorts();
    private final Saves saves = new Saves(clock);
    private final Tls tls = new Tls(net.loop(), System::nanoTime);
    /** How exactly copies of values that expire are told of. */
    private static final long EXPIRY_MILLIS = 50;

    private final LiveConfig config;
    private final FrontEnd front;
    private final CompletableFuture<Node> serving = new CompletableFuture<>();
    private final CompletableFuture<Integer> ended = new CompletableFuture<>();
    private final HttpCounters httpCounters = new HttpCounters();
    private volatile @Nullable HttpPort http;
    private volatile ClientPorts clientPorts = new ClientPorts(0, 0);

    // From here on: owned by the loop.
    private @Nullable BackEnd back;
    private @Nullable InfoReport info;
    private @Nullable NodeBackups backups;
    private boolean stopAsked;
    private boolean leaving;

    /** @param logLevel is told of each change of that directive */
    Node(ServerConfig config, Consumer<String> logLevel) {
        this.config = new LiveConfig(config, logLevel, this::resetStatistics);
        this.config.tls(tls);
        this.front = FrontEnd.of(net, ports, this.config, this, clock);
    }

    /**
     * Returns when the log has been replayed and the node has begun to take part in its cluster; {@link #whenServing}
     * tells when it may serve. A node that could not start has ended. To be called once, and not on the loop.
     */
    void start() throws StartFailed {
        boolean started = false;
        try {
            open();
            started = true;
        } finally {
            if (!started) {
                closeHttp();
                net.loop().submit(front.server()::close).awaitUninterruptibly();
                net.stop().awaitUninterruptibly();
                tls.close();
                ended.complete(EXIT_FATAL);
            }
        }
    }

    private void open() throws StartFailed {
        ServerConfig start = config.now();
        openTls(start);
        ClientPorts ports = front.bind(start, tls);
        clientPorts = ports;
        Monitoring pages = new Monitoring(net.loop(), this::reading, this::healthReport);
        http = Monitoring.open(start, pages, httpCounters);
        BackEnd opened = BackEnd.open(
                new BackEnd.Sockets(net, ports, TlsDirectives.isBetweenNodes(start) ? tls : null),
                start,
                front.commands(),
                this);
        LOG.log(
                Level.INFO,
                "Node " + opened.self().name() + ": clients on " + ports.text() + ", nodes on port "
                        + opened.self().clusterPort() + (TlsDirectives.isBetweenNodes(start) ? " (TLS)" : "")
                        + ", data in " + start.text(Directives.DIR));
        net.loop().submit(() -> run(opened)).syncUninterruptibly();
    }

    private void openTls(ServerConfig start) throws StartFailed {
        if (!TlsDirectives.isWanted(start)) {
            return;
        }
        try {
            tls.open(TlsDirectives.settings(start), start.number(TlsDirectives.RELOAD_INTERVAL_S));
        } catch (TlsRefused e) {
            // They were found good a moment ago.
            throw new StartFailed(String.join("; ", e.problems()), e);
        }
    }

    private void run(BackEnd opened) {
        back = opened;
        info = new InfoReport(subjects(opened));
        net.loop().scheduleAtFixedRate(this::remindWhyNotServing, REMINDER_SECONDS, REMINDER_SECONDS, TimeUnit.SECONDS);
        saves.open(opened.engine());
        backups = BackupFacts.backups(net.loop(), opened, config.now(), clock);
        ports.open(new NodePorts.Opened(opened.loop().client(), opened.core().views()));
        Tracking tracking = front.commands().tracking();
        opened.loop().client().onPublished((channel, payload) -> {
            if (channel.equals(ChangedKeys.TOPIC)) {
                tracking.changed(ChangedKeys.of(payload));
            } else {
                front.pubSub().tell(channel, payload);
            }
        });
        tracking.sessionsBy(id -> front.server().session(id));
        tracking.quorumsBy(opened.core().views()::trackedRead);
        tracking.tellAll();
        every(EXPIRY_MILLIS, () -> tracking.expire(clock.millis()));
        front.pubSub().tellAll();
        KeyspaceEvents events = front.commands().events();
        config.onExpiredEvents(() ->
                opened.core().tellExpired(events.isOn('x') && events.isOn('K'), events.isOn('x') && events.isOn('E')));
        opened.loop().client().onWritesHeld(front.server()::holdWrites);
        opened.loop().start(opened.seeds());
        noteStoredLater(opened.directory());
        if (stopAsked) {
            stopNow();
        }
    }

    private Reading.Subjects subjects(BackEnd opened) {
        ServerCounters counters = front.server().counters();
        Reading.Meters meters = new Reading.Meters(
                new OpsMeter(front.dispatcher()::commandsProcessed, System::nanoTime),
                new OpsMeter(counters::inputBytes, System::nanoTime),
                new OpsMeter(counters::outputBytes, System::nanoTime),
                new ProcessMeter(
                        Path.of(config.now().text(Directives.DIR)), System::nanoTime, ForkJoinPool.commonPool()),
                new LoopLag(System::nanoTime));
        every(OpsMeter.SAMPLE_MILLIS, meters::sampleRates);
        every(ProcessMeter.SAMPLE_MILLIS, meters.process()::sample);
        net.loop().scheduleWithFixedDelay(meters.lag()::sample, 0, LoopLag.SAMPLE_MILLIS, TimeUnit.MILLISECONDS);
        return new Reading.Subjects(
                config,
                front.server(),
                front.dispatcher(),
                front.commands(),
                front.pubSub(),
                opened.core().views(),
                opened.loop(),
                opened.engine(),
                clientPorts,
                clock,
                meters,
                httpCounters,
                tls,
                saves);
    }

    private void every(long millis, Runnable task) {
        net.loop().scheduleAtFixedRate(task, 0, millis, TimeUnit.MILLISECONDS);
    }

    /** What is in the log by now is on the disk then, unless nobody ever syncs it. */
    private void noteStoredLater(DataDirectory directory) {
        if (!config.now().text(Directives.APPENDFSYNC).equals("no")) {
            int asOf = directory.renewals();
            net.loop()
                    .schedule(
                            () -> CompletableFuture.runAsync(() -> noteStored(directory, asOf)),
                            STORED_MILLIS,
                            TimeUnit.MILLISECONDS);
        }
    }

    /** From now on a store that does not know of this start is not this node's. */
    private static void noteStored(DataDirectory directory, int asOf) {
        try {
            directory.stored(asOf);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "cannot note in the directory that the start is stored: {0}", e.getMessage());
        }
    }

    /** Where clients connect; known once the node has started. */
    int port() {
        return clientPorts.first();
    }

    /** Done when the node serves clients. */
    CompletableFuture<Node> whenServing() {
        return serving;
    }

    /** Begins an orderly stop, once the node has started; from any thread. */
    void stop() {
        if (!ended.isDone()) {
            net.loop().execute(this::stopNow);
        }
    }

    /** As stop, after leaving the ring if {@code leave-on-shutdown} says so; told again, it waits no longer. */
    void leaveAndStop() {
        if (!ended.isDone()) {
            net.loop().execute(this::leaveThenStop);
        }
    }

    /** Waits for the end; gives the process's exit code. */
    int awaitEnd() throws InterruptedException {
        int code = ended.join();
        closeHttp();
        net.stop().await();
        tls.close();
        return code;
    }

    private void closeHttp() {
        HttpPort open = http;
        if (open != null) {
            open.close().awaitUninterruptibly();
        }
    }

    // --- on the loop ---

    private void leaveThenStop() {
        BackEnd running = back;
        boolean wanted = config.now().text(Directives.LEAVE_ON_SHUTDOWN).equals("yes");
        if (!wanted || leaving || running == null || config.loading()) {
            stopNow();
            return;
        }
        leaving = true;
        long timeoutSeconds = config.now().number(Directives.LEAVE_TIMEOUT_S);
        long farewellMillis = FAREWELL_ROUNDS * config.now().number(Directives.GOSSIP_INTERVAL_MS);
        ports.leave(new Drain(net.loop(), running.core().views(), timeoutSeconds, farewellMillis, this::stopNow));
    }

    private void stopNow() {
        BackEnd running = back;
        stopAsked = true;
        if (running == null || ended.isDone()) {
            return;
        }
        front.server().stopListening();
        running.loop().stop();
        front.server().close();
        ended.complete(close(running));
    }

    private static int close(BackEnd running) {
        // Before the engine's mark of a clean stop, which would let the next start go on as the same actor.
        boolean mayBeSameActor = !running.core().views().mustRaiseIncarnation() || isIncarnationRaised(running);
        try {
            if (mayBeSameActor) {
                long rest = running.directory().drawRest();
                CompletableFuture<Boolean> stored =
                        StoredState.rest(running.engine(), running.core().views(), rest);
                running.engine().close();
                if (stored.getNow(false)) {
                    running.directory().rest(rest);
                }
            } else {
                running.engine().closeWithoutMark();
            }
            running.directory().close();
            LOG.log(Level.INFO, "Everything is on the disk, bye bye...");
            return EXIT_OK;
        } catch (IOException e) {
            LOG.log(Level.ERROR, "the stop failed: " + e);
            return EXIT_FATAL;
        }
    }

    private static boolean isIncarnationRaised(BackEnd running) {
        try {
            running.directory().raiseIncarnation();
            return true;
        } catch (IOException e) {
            LOG.log(Level.WARNING, "the stop is not marked as clean, so that the next start is another actor: " + e);
            return false;
        }
    }

    @Override
    public void serving() {
        config.serving();
        serving.complete(this);
        if (clientPorts.plain() != 0) {
            LOG.log(Level.INFO, "Ready to accept connections tcp");
        }
        if (clientPorts.tls() != 0) {
            LOG.log(Level.INFO, "Ready to accept connections tls");
        }
    }

    @Override
    public void notServing(StartState state, String why) {
        config.notServing(why);
        String where = state == StartState.MISPLACED
                ? ". What it has acknowledged stays in " + config.now().text(Directives.DIR)
                : "";
        LOG.log(Level.WARNING, "Not serving clients (" + state.text() + "): " + why + where);
    }

    @Override
    public void seedsFail(String why) {
        config.seedsFail(why);
    }

    /** Whoever looks into the log finds there what clients are told. */
    private void remindWhyNotServing() {
        String why = config.whyLoading();
        if (config.loading() && !stopAsked) {
            LOG.log(
                    Level.WARNING,
                    "Still not serving clients: "
                            + (why.isEmpty() ? "waiting to be admitted to the ring by its seeds" : why));
        }
    }

    @Override
    public void renewed(Renewal renewal) throws IOException {
        running().directory().renew(renewal);
        noteStoredLater(running().directory());
        LOG.log(Level.WARNING, "Goes on as incarnation " + renewal.incarnation() + ", start " + renewal.start());
    }

    @Override
    public void belongs(long cluster) throws IOException {
        running().directory().belong(cluster);
    }

    /** Behind the turn in which it was asked for, so that the answer goes out. */
    @Override
    public void startOver(List<String> seeds, String replaces) {
        net.loop().schedule(() -> beginAnew(seeds, replaces), FAREWELL_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void beginAnew(List<String> seeds, String replaces) {
        BackEnd running = back;
        if (running == null || ended.isDone()) {
            return;
        }
        front.server().stopListening();
        running.loop().stop();
        front.server().close();
        ended.complete(putAside(running, seeds, replaces));
    }

    private static int putAside(BackEnd running, List<String> seeds, String replaces) {
        try {
            running.engine().close();
            Path aside = running.directory().startOver(seeds, replaces);
            running.directory().close();
            LOG.log(
                    Level.WARNING,
                    "What this node had, and has acknowledged, is in " + aside.toAbsolutePath()
                            + ". It begins anew with nothing, and asks for the place of " + replaces);
            return EXIT_ANEW;
        } catch (IOException e) {
            LOG.log(Level.ERROR, "the data cannot be put aside", e);
            return EXIT_FATAL;
        }
    }

    private BackEnd running() {
        BackEnd running = back;
        if (running == null) {
            throw new IllegalStateException("the node has not begun");
        }
        return running;
    }

    @Override
    public void fatal(String what, Throwable cause) {
        LOG.log(Level.ERROR, "Fatal: " + what + " ended in " + cause + "; the process ends");
        ended.complete(EXIT_FATAL);
    }

    @Override
    public String info(Set<String> sections) {
        InfoReport report = info;
        // Before the log is replayed there is nothing else to be told.
        return report == null ? "# Persistence\r\nloading:1\r\n" : report.text(sections);
    }

    @Override
    public String version() {
        return Version.TEXT;
    }

    @Override
    public SavePort saves() {
        return saves;
    }

    private @Nullable Reading reading() {
        InfoReport report = info;
        return report == null ? null : report.reading();
    }

    private HealthReport healthReport() {
        Reading now = reading();
        return now == null ? HealthReport.loading(config.whyLoading()) : HealthReport.of(now);
    }

    @Override
    public HealthView health() {
        return healthReport().view();
    }

    @Override
    public void backUp(String name, Answer<Reply> answer) {
        backups().begin(name, answer);
    }

    @Override
    public Reply backupProgress() {
        return backups().progress();
    }

    private NodeBackups backups() {
        NodeBackups opened = backups;
        if (opened == null) {
            throw new IllegalStateException("a command before the node serves");
        }
        return opened;
    }

    @Override
    public void shutdown(boolean save) {
        LOG.log(Level.WARNING, "User requested shutdown...");
        stop();
    }

    private void resetStatistics() {
        InfoReport report = info;
        if (report != null) {
            report.resetStatistics();
        }
    }
}
