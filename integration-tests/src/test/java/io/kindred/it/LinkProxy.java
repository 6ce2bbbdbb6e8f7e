package io.kindred.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stands in front of one node's cluster port and makes the wire to each node that dials it as bad as a test wants.
 *
 * <p>The node announces the proxy's port as its own ({@code cluster-announce-bus-port}), so that all others dial it; the
 * proxy tells them apart by the name in their PROOF. What a node sends goes out on the connection that it dialed itself,
 * so a link that is bad in both directions needs a proxy before both of its ends.
 *
 * <p>A TCP stream loses nothing, so loss shows as what it does to a stream: with the given probability for each segment,
 * that segment and all behind it come {@link #RETRANSMIT_NANOS} later, as after a retransmission timeout. A cut wire
 * delivers nothing, ends of streams included, and holds what is sent meanwhile; unlike on a real network a new connection
 * is still accepted, but its handshake gets no answer.
 *
 * <p>Owned by: a thread of its own, which ends with {@link #close()}. {@link #set} may be called from any thread.
 */
final class LinkProxy implements AutoCloseable {
    static final long RETRANSMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long SELECT_MILLIS_MAX = 1_000;
    private static final int READ_BYTES = 64 << 10;

    private final InetSocketAddress node;
    private final Random random;
    private final Selector selector;
    private final ServerSocketChannel server;
    private final Map<String, Wire> wires = new ConcurrentHashMap<>();
    private final List<ProxiedLink> links = new ArrayList<>();
    private final byte[] buffer = new byte[READ_BYTES];
    private final Thread thread;
    private volatile boolean ending;

    /**
     * How the wire is, in both directions of a connection.
     *
     * @param delayNanos one way
     * @param loss of each segment, 0 to 1
     */
    record Wire(long delayNanos, double loss, boolean cut) {
        static final Wire GOOD = new Wire(0, 0, false);
        static final Wire CUT = new Wire(0, 0, true);

        static Wire bad(Duration delay, double loss) {
            return new Wire(delay.toNanos(), loss, false);
        }
    }

    /** Before the node that listens on that port of this machine. */
    LinkProxy(int nodePort, Random random) {
        this.node = new InetSocketAddress(InetAddress.getLoopbackAddress(), nodePort);
        this.random = random;
        try {
            selector = Selector.open();
            server = ServerSocketChannel.open();
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), FreePorts.next()));
            server.configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread = new Thread(this::run, "link proxy before " + nodePort);
        thread.start();
    }

    int port() {
        return server.socket().getLocalPort();
    }

    /** From now on, for what the node of that name sends here and what it is answered. */
    void set(String dialer, Wire wire) {
        wires.put(dialer, wire);
        selector.wakeup();
    }

    Wire wire(@Nullable String dialer) {
        return dialer == null ? Wire.GOOD : wires.getOrDefault(dialer, Wire.GOOD);
    }

    // --- the thread's own ---

    Random random() {
        return random;
    }

    /** For one read at a time. */
    byte[] buffer() {
        return buffer;
    }

    private void run() {
        try (selector;
                server) {
            while (!ending) {
                selector.select(waitMillis());
                selector.selectedKeys().clear();
                for (SocketChannel dialed = server.accept(); dialed != null; dialed = server.accept()) {
                    open(dialed);
                }
                turnAll();
            }
            for (ProxiedLink link : links) {
                link.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void open(SocketChannel dialed) throws IOException {
        SocketChannel onward = SocketChannel.open();
        for (SocketChannel end : List.of(dialed, onward)) {
            end.configureBlocking(false);
            end.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
        onward.connect(node);
        links.add(new ProxiedLink(this, dialed, onward, selector));
    }

    private void turnAll() throws IOException {
        long nowNanos = System.nanoTime();
        for (ProxiedLink link : List.copyOf(links)) {
            boolean open = false;
            try {
                open = link.turn(nowNanos);
            } catch (ProtocolException e) {
                System.err.println(thread.getName() + ": " + e.getMessage());
            } catch (IOException e) {
                // Broken at one end, as it is when a node dies: closing the other passes that on.
                open = false;
            }
            if (!open) {
                links.remove(link);
                link.close();
            }
        }
    }

    private long waitMillis() {
        long nowNanos = System.nanoTime();
        long waitNanos = TimeUnit.MILLISECONDS.toNanos(SELECT_MILLIS_MAX);
        for (ProxiedLink link : links) {
            waitNanos = Math.min(waitNanos, link.waitNanos(nowNanos));
        }
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(waitNanos));
    }

    @Override
    public void close() {
        ending = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while a link proxy ended", e);
        }
    }
}
