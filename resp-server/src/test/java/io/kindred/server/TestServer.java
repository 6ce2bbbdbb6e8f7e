package io.kindred.server;

import io.kindred.command.Session;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A server on a free port of the loopback, on an event loop of its own. */
final class TestServer implements AutoCloseable, ClientSettings {
    /** Long enough for a loaded machine; only a failing test waits so long. */
    static final int PATIENCE_MILLIS = 30_000;

    /** A command runner that knows its server. */
    interface Behaviour {
        void run(TestServer server, Session session, byte[][] args, ReplySlot reply);
    }

    private final MultiThreadIoEventLoopGroup group;
    private final IoEventLoop loop;
    private final ServerParts parts;
    private @Nullable RespServer server;
    private int port;
    volatile ServerLimits limits = ServerLimits.DEFAULT;
    volatile boolean passwordRequired;
    volatile int timeoutSeconds;
    volatile SlowLimits slow = SlowLimits.of(-1, 128, 0);

    TestServer(Behaviour behaviour) throws Exception {
        this(behaviour, true, Clock.systemUTC());
    }

    TestServer(Behaviour behaviour, boolean epoll, InstantSource clock) throws Exception {
        this(epoll, clock);
        serve(behaviour);
    }

    /** It has yet to {@link #serve}. */
    TestServer(boolean epoll, InstantSource clock) {
        this(epoll, new ServerClock(clock, System::nanoTime));
    }

    /** It has yet to {@link #serve}. */
    TestServer(boolean epoll, ServerClock clock) {
        IoHandlerFactory io = epoll && Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        group = new MultiThreadIoEventLoopGroup(1, io);
        loop = group.next();
        parts = new ServerParts(loop, this, clock);
    }

    void serve(Behaviour behaviour) throws Exception {
        RespServer serving =
                new RespServer(loop, parts, (session, args, reply) -> behaviour.run(this, session, args, reply));
        server = serving;
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        port = ((InetSocketAddress)
                        serving.bind(any, new Entrance(false, io.netty.channel.ChannelInboundHandlerAdapter::new))
                                .sync()
                                .channel()
                                .localAddress())
                .getPort();
    }

    /** The usual limits, but for the hard one of what a normal client may leave untaken. */
    static ServerLimits outputLimit(long hardBytes) {
        OutputLimits usual = ServerLimits.DEFAULT.output();
        return ServerLimits.DEFAULT.withOutput(
                new OutputLimits(usual.normal().withHardBytes(hardBytes), usual.pubsub()));
    }

    @Override
    public ServerLimits limits() {
        return limits;
    }

    @Override
    public boolean passwordRequired() {
        return passwordRequired;
    }

    @Override
    public SlowLimits slow() {
        return slow;
    }

    @Override
    public int timeoutSeconds() {
        return timeoutSeconds;
    }

    @Override
    public int keepAliveSeconds() {
        return 300;
    }

    ServerParts parts() {
        return parts;
    }

    RespServer server() {
        return Objects.requireNonNull(server, "it serves");
    }

    IoEventLoop loop() {
        return loop;
    }

    int port() {
        return port;
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        return socket;
    }

    /** The state of the server belongs to its loop. */
    <T> T onLoop(Callable<T> question) throws Exception {
        return loop.submit(question).get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Each look is a task on the loop, so the loop gets on with what is awaited between them. */
    void await(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        while (!onLoop(condition)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited for too long");
            }
        }
    }

    @Override
    public void close() throws Exception {
        onLoop(() -> {
            server().close();
            return true;
        });
        group.shutdownGracefully(0, PATIENCE_MILLIS, TimeUnit.MILLISECONDS).sync();
    }

    static void send(Socket socket, String latin1) throws IOException {
        socket.getOutputStream().write(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    static String receive(Socket socket, int bytes) throws IOException {
        return new String(socket.getInputStream().readNBytes(bytes), StandardCharsets.ISO_8859_1);
    }

    /** Until the server closes. */
    static String receiveAll(Socket socket) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        InputStream in = socket.getInputStream();
        in.transferTo(all);
        return all.toString(StandardCharsets.ISO_8859_1);
    }
}
