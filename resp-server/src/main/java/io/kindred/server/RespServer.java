package io.kindred.server;

import io.kindred.resp.RespDecoder;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoEventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannelConfig;
import io.netty.channel.socket.SocketChannelConfig;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Listens for clients on a given event loop, and keeps what its connections share.
 *
 * <p>Owned by: that loop's thread, except for {@link #bind}.
 */
public final class RespServer {
    private static final System.Logger LOG = System.getLogger(RespServer.class.getName());
    private static final int BACKLOG = 511;
    /** As in Redis: at most one warning a minute. */
    private static final long HTTP_NOTE_MILLIS = 60_000;

    private static final long IDLE_SWEEP_SECONDS = 1;
    /** A silent peer is given up after so many unanswered probes, as in Redis. */
    private static final int KEEP_ALIVE_PROBES = 3;

    private static final byte[] TOO_MANY = "-ERR max number of clients reached\r\n".getBytes(StandardCharsets.US_ASCII);

    private final IoEventLoop loop;
    private final CommandRunner runner;
    private final ClientSettings settings;
    private final InstantSource clock;
    private long httpNotedMillis = Long.MIN_VALUE / 2;
    private final ClientRegistry clients;
    private final ServerCounters counters = new ServerCounters();
    private final LoopTurn turn;
    private final byte[] window = new byte[RespDecoder.WINDOW_BYTES];
    private final List<Channel> listeners = new ArrayList<>();
    private @Nullable Future<?> idleSweep;
    private boolean decoding;
    private boolean readsHeld;

    /** @param clients of this server alone; it is given, because commands that {@code runner} runs need it too */
    public RespServer(
            IoEventLoop loop,
            ClientRegistry clients,
            CommandRunner runner,
            ClientSettings settings,
            InstantSource clock) {
        this.loop = loop;
        this.clients = clients;
        this.runner = runner;
        this.settings = settings;
        this.clock = clock;
        this.turn = new LoopTurn(loop);
    }

    /** Listens at one more address; the future says whether it could. */
    public ChannelFuture bind(InetSocketAddress address) {
        ChannelFuture bound = new ServerBootstrap()
                .group(loop)
                .channel(
                        loop.isIoType(EpollIoHandler.class)
                                ? EpollServerSocketChannel.class
                                : NioServerSocketChannel.class.asSubclass(ServerChannel.class))
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        admit(channel);
                    }
                })
                .bind(address);
        bound.addListener((ChannelFutureListener) this::listening);
        return bound;
    }

    /** A page in a browser may make it send commands in the body of a request: none of them is to run. */
    void refuseHttp(ClientSession session) {
        long now = clock.millis();
        if (now - httpNotedMillis >= HTTP_NOTE_MILLIS) {
            httpNotedMillis = now;
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Possible SECURITY ATTACK detected. It looks like somebody is sending POST or Host: commands to"
                            + " Kindred. This is likely due to an attacker attempting to use Cross Protocol Scripting to"
                            + " compromise your Kindred instance. Connection from {0} aborted.",
                    session.remoteAddress());
        }
    }

    public ClientRegistry clients() {
        return clients;
    }

    public ServerCounters counters() {
        return counters;
    }

    public boolean readsHeld() {
        return readsHeld;
    }

    /** Stops taking commands from all clients (the storage is behind), or goes on. */
    public void holdReads(boolean hold) {
        readsHeld = hold;
        if (!hold) {
            clients.all().forEach(turn::visit);
        }
    }

    public void stopListening() {
        listeners.forEach(Channel::close);
        listeners.clear();
    }

    public void close() {
        stopListening();
        if (idleSweep != null) {
            idleSweep.cancel(false);
        }
        clients.all().forEach(ClientConnection::closeNow);
    }

    CommandRunner runner() {
        return runner;
    }

    ClientSettings settings() {
        return settings;
    }

    InstantSource clock() {
        return clock;
    }

    LoopTurn turn() {
        return turn;
    }

    byte[] window() {
        return window;
    }

    /** All connections decode in one window, so never one within another. */
    void beginDecoding() {
        if (decoding) {
            throw new IllegalStateException("a client is decoded while another one is");
        }
        decoding = true;
    }

    void endDecoding() {
        decoding = false;
    }

    void closed(ClientConnection connection) {
        clients.remove(connection);
    }

    private void listening(ChannelFuture bound) {
        if (bound.isSuccess()) {
            listeners.add(bound.channel());
            if (idleSweep == null) {
                idleSweep = loop.scheduleAtFixedRate(
                        this::closeIdle, IDLE_SWEEP_SECONDS, IDLE_SWEEP_SECONDS, TimeUnit.SECONDS);
            }
        }
    }

    private void admit(Channel channel) {
        ServerLimits limits = settings.limits();
        if (clients.size() >= limits.clientsMax()) {
            counters.countRejection();
            channel.writeAndFlush(Unpooled.wrappedBuffer(TOO_MANY)).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        counters.countConnection();
        configure(channel, limits);
        ClientSession session = new ClientSession(
                clients.nextId(), text(channel.remoteAddress()), text(channel.localAddress()), clock.millis());
        session.authenticated(!settings.passwordRequired());
        ClientConnection connection = new ClientConnection(this, channel, session);
        channel.pipeline().addLast(connection);
        clients.add(connection);
    }

    private void configure(Channel channel, ServerLimits limits) {
        channel.config()
                .setWriteBufferWaterMark(
                        new WriteBufferWaterMark(limits.outputResumeBytes(), limits.outputPauseBytes()));
        int seconds = settings.keepAliveSeconds();
        if (seconds > 0 && channel.config() instanceof SocketChannelConfig socket) {
            socket.setKeepAlive(true);
            if (socket instanceof EpollSocketChannelConfig epoll) {
                epoll.setTcpKeepIdle(seconds);
                epoll.setTcpKeepIntvl(Math.max(1, seconds / KEEP_ALIVE_PROBES));
                epoll.setTcpKeepCnt(KEEP_ALIVE_PROBES);
            }
        }
    }

    /** One sweep over all clients costs less than a timer for each, which every command would move. */
    private void closeIdle() {
        long timeoutMillis = settings.timeoutSeconds() * 1000L;
        if (timeoutMillis > 0) {
            long now = clock.millis();
            for (ClientConnection client : clients.all()) {
                if (!client.awaitsReply() && now - client.readMillis() > timeoutMillis) {
                    client.closeNow();
                }
            }
        }
    }

    private static String text(@Nullable SocketAddress address) {
        if (address instanceof InetSocketAddress inet) {
            String host = inet.getAddress().getHostAddress();
            return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + inet.getPort();
        }
        return "?:0";
    }
}
