package io.kindred.cluster.wire.tls;

import io.kindred.metrics.MetricSet;
import io.kindred.metrics.Unit;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * TLS while the node runs: puts the right handlers in front of connections, and exchanges the context when the settings or the
 * files change. New connections are made with the new context; those that are open go on with theirs. What cannot be used is
 * refused, and the context stays.
 *
 * <p>Files are read, and the costly steps of handshakes made, on one thread of its own. What waits for it is bounded by the
 * connections that shake hands (a task each), one look at the files, and one change that was asked for.
 *
 * <p>Owned by: the event loop, apart from {@link #open}, which comes before anything else.
 */
public final class Tls implements AutoCloseable {
    public static final MetricSet<Tls> METRICS = MetricSet.<Tls>of(Tls.class)
            .text("tls_provider", "What encrypts: openssl (BoringSSL), or jdk.", Tls::providerName)
            .gauge(
                    "tls_certificate_end_seconds",
                    Unit.SECONDS,
                    "Until when the certificate in use is valid, since 1970; 0: there is none.",
                    tls -> TimeUnit.MILLISECONDS.toSeconds(tls.certificateEndMillis()))
            .counter("tls_reloads", "Times that changed files were taken into use.", Tls::reloads)
            .counter("tls_reload_failures", "Times that changed files were of no use.", Tls::reloadFailures)
            .counter(
                    "tls_handshakes",
                    "Clients' handshakes that came to their end.",
                    tls -> tls.clients().handshakes())
            .counter(
                    "tls_handshake_failures",
                    "Clients' handshakes that failed.",
                    tls -> tls.clients().handshakeFailures())
            .counter(
                    "tls_handshake_timeouts",
                    "Clients that came to no handshake's end in time.",
                    tls -> tls.clients().handshakeTimeouts())
            .counter(
                    "tls_plain_refused",
                    "Clients that began with something else than TLS on tls-port.",
                    tls -> tls.clients().plainRefused())
            .counter(
                    "tls_broken",
                    "Clients that were cut for what came after the handshake.",
                    tls -> tls.clients().broken())
            .counter("tls_on_plain_port", "Clients that began with TLS on port.", Tls::tlsOnPlainPort)
            .counter(
                    "tls_peer_handshakes",
                    "Nodes' handshakes that came to their end.",
                    tls -> tls.peers().handshakes())
            .counter(
                    "tls_peer_handshake_failures",
                    "Nodes' handshakes that failed.",
                    tls -> tls.peers().handshakeFailures())
            .counter(
                    "tls_peer_handshake_timeouts",
                    "Nodes that came to no handshake's end in time.",
                    tls -> tls.peers().handshakeTimeouts())
            .counter(
                    "tls_peer_plain_refused",
                    "Nodes that began with something else than TLS.",
                    tls -> tls.peers().plainRefused())
            .counter(
                    "tls_peer_broken",
                    "Nodes that were cut for what came after the handshake.",
                    tls -> tls.peers().broken())
            .build();

    private static final System.Logger LOG = System.getLogger(Tls.class.getName());

    /** A client that takes longer from its connection to the end of its handshake is closed. */
    public static final int CLIENT_HANDSHAKE_MILLIS_MAX = 10_000;

    private static final long NOTE_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final byte[] PLAIN_CLIENT =
            "-ERR this port speaks TLS only (redis-cli --tls)\r\n".getBytes(StandardCharsets.US_ASCII);

    private final EventLoop loop;
    private final LongSupplier nanos;
    private final TlsCounters clients = new TlsCounters();
    private final TlsCounters peers = new TlsCounters();
    private final ScheduledThreadPoolExecutor aside;
    private @Nullable TlsContext context;
    private @Nullable TlsSettings settings;
    private boolean changing;
    /** Changed files were read while a change was under way, and dropped. */
    private boolean isReloadDropped;

    private long reloads;
    private long reloadFailures;
    private long tlsOnPlainPort;
    private final Note failedNote;
    private final Note tlsNote;

    /** Of the thread aside. */
    private TreeMap<Path, String> marks = new TreeMap<>();

    /** @param nanos a clock that goes on evenly */
    public Tls(EventLoop loop, LongSupplier nanos) {
        this.loop = loop;
        this.nanos = nanos;
        this.failedNote = new Note();
        this.tlsNote = new Note();
        this.aside = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "kindred-tls");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** What is wrong with such a list of protocols, each as the end of a sentence. */
    public static List<String> protocolProblems(String protocols) {
        List<String> problems = new ArrayList<>();
        Ciphers.protocols(protocols, problems);
        return problems;
    }

    /** What is wrong with these settings and what they name; blocks on the disk. */
    public static List<String> problems(TlsSettings wanted) {
        try {
            TlsContext.load(wanted).release();
            return List.of();
        } catch (TlsRefused e) {
            return e.problems();
        }
    }

    /**
     * Reads the files, and looks for changes in them from then on. Blocks on the disk; before the loop knows of this.
     *
     * @param lookSeconds how often; 0: never
     */
    public void open(TlsSettings first, long lookSeconds) throws TlsRefused {
        marks = FileMarks.of(first.watched());
        TlsContext loaded = TlsContext.load(first);
        context = loaded;
        settings = first;
        LOG.log(
                System.Logger.Level.INFO,
                "TLS by " + loaded.providerName() + ", certificate "
                        + first.own().certFile());
        if (lookSeconds > 0) {
            aside.scheduleWithFixedDelay(this::look, lookSeconds, lookSeconds, TimeUnit.SECONDS);
        }
    }

    public boolean isOpen() {
        return context != null;
    }

    // --- connections ---

    /** Goes in front of a client that has connected to the TLS port. */
    public ChannelHandler clientGate() {
        return TlsGate.accepting(
                new TlsGate.Treatment(
                        channel -> now().forClient(channel.alloc(), aside),
                        PLAIN_CLIENT,
                        CLIENT_HANDSHAKE_MILLIS_MAX,
                        clients),
                (channel, why) -> failedNote.of(
                        "no TLS with client " + channel.remoteAddress() + " at port " + port(channel) + ": " + why));
    }

    /** Goes in front of a client that has connected to a port without TLS. */
    public ChannelHandler plainGate() {
        return new PlainGate(channel -> {
            tlsOnPlainPort++;
            tlsNote.of("client " + channel.remoteAddress() + " speaks TLS to port " + port(channel)
                    + ", which does not; see 'tls-port'");
        });
    }

    /**
     * Goes in front of a node that has connected.
     *
     * @param plainFarewell what one that speaks no TLS is told
     * @param failed is told why it comes to nothing
     */
    public ChannelHandler peerGate(byte[] plainFarewell, Consumer<String> failed) {
        return TlsGate.accepting(
                new TlsGate.Treatment(channel -> now().forPeer(channel.alloc(), aside), plainFarewell, 0, peers),
                (channel, why) -> failed.accept(why));
    }

    /** Go in front of the connection to another node, in this order. */
    public ChannelHandler[] towardsPeer(Channel channel, Consumer<String> failed) {
        return new ChannelHandler[] {
            now().toPeer(channel.alloc(), aside), TlsGate.dialing(peers, (closed, why) -> failed.accept(why))
        };
    }

    private TlsContext now() {
        TlsContext current = context;
        if (current == null) {
            throw new IllegalStateException("no TLS has been set up");
        }
        return current;
    }

    private static String port(Channel channel) {
        String local = String.valueOf(channel.localAddress());
        return local.substring(local.lastIndexOf(':') + 1);
    }

    /** Strangers choose how often something happens; it is told at most once a minute, with how often it was. */
    private final class Note {
        private long lastNanos = nanos.getAsLong() - NOTE_NANOS;
        private long untold;

        void of(String line) {
            long now = nanos.getAsLong();
            if (now - lastNanos < NOTE_NANOS) {
                untold++;
                return;
            }
            LOG.log(
                    System.Logger.Level.WARNING,
                    line + (untold == 0 ? "" : " (and " + untold + " like it since the last such line)"));
            lastNanos = now;
            untold = 0;
        }
    }

    // --- changes ---

    /**
     * Reads the files of these settings and goes over to them, or leaves everything as it is. Without TLS there is nothing to be
     * read.
     *
     * @param told what was wrong, or null; on the loop, later
     */
    public void change(TlsSettings next, Consumer<@Nullable String> told) {
        if (changing) {
            told.accept("another change of TLS is under way; try again");
            return;
        }
        changing = true;
        try {
            aside.execute(() -> changeAside(next, told));
        } catch (RejectedExecutionException e) {
            changing = false;
            told.accept("the node stops");
        }
    }

    private void changeAside(TlsSettings next, Consumer<@Nullable String> told) {
        TreeMap<Path, String> found;
        try {
            found = FileMarks.of(next.watched());
        } catch (RuntimeException e) {
            // A name that is none on this machine.
            loop.execute(() -> {
                refused();
                told.accept("TLS cannot be set up: " + e);
            });
            return;
        }
        load(next, (loaded, problem) -> {
            if (loaded == null) {
                refused();
            } else {
                changing = false;
                isReloadDropped = false;
                remember(found);
                use(loaded, next, "as it was told to");
            }
            told.accept(problem);
        });
    }

    /** A change has come to nothing, so the settings from before stay: what was dropped for its sake is looked at again. */
    private void refused() {
        changing = false;
        reloadFailures++;
        if (isReloadDropped) {
            isReloadDropped = false;
            remember(new TreeMap<>());
        }
    }

    private void remember(TreeMap<Path, String> found) {
        if (!aside.isShutdown()) {
            aside.execute(() -> marks = found);
        }
    }

    /** On the thread aside; the answer comes on the loop. */
    private void load(TlsSettings wanted, BiConsumer<@Nullable TlsContext, @Nullable String> answer) {
        TlsContext loaded = null;
        String problem = null;
        try {
            loaded = TlsContext.load(wanted);
        } catch (TlsRefused e) {
            problem = String.valueOf(e.getMessage());
        } catch (RuntimeException e) {
            problem = "TLS cannot be set up: " + e;
        }
        TlsContext context = loaded;
        String why = problem;
        loop.execute(() -> answer.accept(context, why));
    }

    private void use(TlsContext loaded, TlsSettings next, String why) {
        TlsContext before = context;
        context = loaded;
        settings = next;
        reloads++;
        if (before != null) {
            before.release();
        }
        LOG.log(System.Logger.Level.INFO, "TLS files have been read again, " + why + ": new connections have them");
    }

    /** On the thread aside. The settings are the loop's, so that is where it begins. */
    void look() {
        loop.execute(() -> {
            TlsSettings current = settings;
            if (current != null && !changing && !aside.isShutdown()) {
                aside.execute(() -> lookAt(current));
            }
        });
    }

    private void lookAt(TlsSettings current) {
        TreeMap<Path, String> found = FileMarks.of(current.watched());
        if (found.equals(marks)) {
            return;
        }
        marks = found;
        load(current, (loaded, problem) -> {
            if (changing || current != settings) {
                isReloadDropped = changing;
                if (loaded != null) {
                    loaded.release();
                }
            } else if (loaded != null) {
                use(loaded, current, "for they have changed");
            } else {
                // Certificate and key come one after the other; the next change is looked at again.
                reloadFailures++;
                LOG.log(
                        System.Logger.Level.WARNING,
                        "TLS files have changed and cannot be used, so those from before stay: " + problem);
            }
        });
    }

    // --- for INFO ---

    public TlsCounters clients() {
        return clients;
    }

    public TlsCounters peers() {
        return peers;
    }

    /** How often other files were taken up. */
    public long reloads() {
        return reloads;
    }

    /** How often those that were to be taken up could not be used. */
    public long reloadFailures() {
        return reloadFailures;
    }

    /** Clients that spoke TLS to a port that does not. */
    public long tlsOnPlainPort() {
        return tlsOnPlainPort;
    }

    /** Empty: there is no TLS. */
    public String providerName() {
        TlsContext current = context;
        return current == null ? "" : current.providerName();
    }

    /** When the node's certificate ends, in milliseconds since 1970; 0: there is none. */
    public long certificateEndMillis() {
        TlsContext current = context;
        return current == null ? 0 : current.notAfterMillis();
    }

    /** Ends the thread. To be called when no connection is left. */
    @Override
    public void close() {
        aside.shutdownNow();
        TlsContext last = context;
        context = null;
        if (last != null) {
            last.release();
        }
    }
}
