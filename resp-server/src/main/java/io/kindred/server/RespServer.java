package io.kindred.server;

import io.kindred.cluster.message.Reply;
import io.kindred.command.ClientIdentity;
import io.kindred.command.ClientUser;
import io.kindred.command.CommandCalls;
import io.kindred.command.Session;
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
import java.util.Comparator;
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
    /** How often those that wait for replies to be taken are looked at. */
    private static final long BUDGET_LOOK_MILLIS = 20;

    /** A silent peer is given up after so many unanswered probes, as in Redis. */
    private static final int KEEP_ALIVE_PROBES = 3;

    private static final int UNSENT_BYTES_MAX = 128 << 10;

    private static final byte[] TOO_MANY = "-ERR max number of clients reached\r\n".getBytes(StandardCharsets.US_ASCII);

    private final IoEventLoop loop;
    private final CommandRunner runner;
    private final ServerParts parts;
    private final ClientSettings settings;
    private final ClientRegistry clients;
    private final ServerCounters counters;
    private final InstantSource clock;
    private final ClientLoad load;
    private final LoopTurn turn;
    private final byte[] window = new byte[RespDecoder.WINDOW_BYTES];
    private final List<Channel> listeners = new ArrayList<>();
    private @Nullable Future<?> idleSweep;
    private @Nullable Future<?> budgetLook;
    private long httpNotedMillis = Long.MIN_VALUE / 2;
    private boolean decoding;

    /** @param parts of this server alone; they are given, because commands that {@code runner} runs need them too */
    public RespServer(IoEventLoop loop, ServerParts parts, CommandRunner runner) {
        this.loop = loop;
        this.runner = runner;
        this.parts = parts;
        this.settings = parts.settings();
        this.clients = parts.clients();
        this.counters = parts.counters();
        this.clock = parts.clock().wall();
        this.load = new ClientLoad(settings.limits().shared());
        parts.pause().onEnd(load::wakeReady);
        load.pausedWhile(parts.pause()::isOn);
        this.turn = new LoopTurn(loop, load, parts.slow(), parts.clock());
    }

    /** Listens at one more address; the future says whether it could. */
    public ChannelFuture bind(InetSocketAddress address, Entrance entrance) {
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
                        admit(channel, entrance);
                    }
                })
                .bind(address);
        bound.addListener((ChannelFutureListener) this::listening);
        return bound;
    }

    /** A page in a browser may make it send commands in the body of a request: none of them is to run. */
    void refuseHttp(String address) {
        long now = clock.millis();
        if (now - httpNotedMillis >= HTTP_NOTE_MILLIS) {
            httpNotedMillis = now;
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Possible SECURITY ATTACK detected. It looks like somebody is sending POST or Host: commands to"
                            + " Kindred. This is likely due to an attacker attempting to use Cross Protocol Scripting to"
                            + " compromise your Kindred instance. Connection from {0} aborted.",
                    address);
        }
    }

    /** Whether the kernel's epoll tells of sockets; else Java's own selector does. */
    public boolean isEpoll() {
        return loop.isIoType(EpollIoHandler.class);
    }

    public ClientRegistry clients() {
        return clients;
    }

    public ServerCounters counters() {
        return counters;
    }

    /** What all clients make this server hold. */
    public ClientLoad load() {
        return load;
    }

    /** Begins no more writes of any client (the storage is behind), or goes on. Reads go on in any case. */
    public void holdWrites(boolean hold) {
        if (hold != load.writesHeld()) {
            load.holdWrites(hold);
            if (hold) {
                counters.countWriteHold();
            } else {
                load.wakeReady();
            }
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
        if (budgetLook != null) {
            budgetLook.cancel(false);
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

    /** A command has its answer, which may still have to wait for those before it. */
    void answered(ReplySlot slot) {
        Reply.Error error = slot.reply() instanceof Reply.Error found ? found : null;
        if (error != null) {
            counters.countErrorReply(error.text());
        }
        CommandCalls calls = slot.calls();
        if (calls != null) {
            turn.answered(calls.ended(error != null), slot.startedNanos());
            parts.slow().answered(slot);
        }
    }

    ClientPause clientPause() {
        return parts.pause();
    }

    /** Of a client that is connected; null: there is none of that id. */
    public @Nullable Session session(long id) {
        ClientConnection client = clients.find(id);
        return client == null ? null : client.session();
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
                idleSweep =
                        loop.scheduleAtFixedRate(this::sweep, IDLE_SWEEP_SECONDS, IDLE_SWEEP_SECONDS, TimeUnit.SECONDS);
                budgetLook = loop.scheduleAtFixedRate(
                        this::lookAtBudget, BUDGET_LOOK_MILLIS, BUDGET_LOOK_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
    }

    private void admit(Channel channel, Entrance entrance) {
        ServerLimits limits = settings.limits();
        if (clients.size() >= limits.clientsMax()) {
            counters.countRejection();
            if (entrance.tls()) {
                // There has been no handshake in which it could be told.
                channel.close();
                return;
            }
            channel.writeAndFlush(Unpooled.wrappedBuffer(TOO_MANY)).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        counters.countConnection();
        configure(channel);
        ClientIdentity identity = new ClientIdentity(
                clients.nextId(),
                new ClientIdentity.Addresses(
                        text(channel.remoteAddress()), text(channel.localAddress()), entrance.tls()),
                clock.millis());
        ClientConnection connection =
                new ClientConnection(this, channel, identity, new ClientUser(!settings.passwordRequired()));
        channel.pipeline().addLast(entrance.gate().get(), connection);
        clients.add(connection);
    }

    private void configure(Channel channel) {
        if (channel.config() instanceof EpollSocketChannelConfig epoll) {
            // What the kernel has and the client has not taken counts as taken, and hides that it takes nothing.
            epoll.setTcpNotSentLowAt(UNSENT_BYTES_MAX);
        }
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
    private void sweep() {
        load.limits(settings.limits().shared());
        long timeoutMillis = settings.timeoutSeconds() * 1000L;
        long now = clock.millis();
        for (ClientConnection client : clients.all()) {
            Session session = client.session();
            boolean waits = client.awaitsReply() || session.subscriptions().isAny() || session.isMonitor();
            boolean isIdle = timeoutMillis > 0 && !waits && now - client.readMillis() > timeoutMillis;
            if (isIdle) {
                client.closeNow();
            } else {
                client.sweep();
            }
        }
    }

    /** What sockets have taken since is known only when it is asked for. */
    private void lookAtBudget() {
        if (!load.hasWaiting(ClientLoad.Cause.BUDGET)) {
            return;
        }
        List<ClientConnection> all = clients.all();
        all.forEach(client -> client.output().count());
        load.wake(ClientLoad.Cause.BUDGET, () -> true);
        if (load.isChoked()) {
            all.stream()
                    .max(Comparator.comparingLong(client -> client.input().decodingBytes()))
                    .filter(client -> client.input().decodingBytes() > 0 && client.isOpen())
                    .ifPresent(ClientConnection::refuseForRoom);
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
