package io.kindred.server.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Listens for HTTP and answers a few pages, with one thread. Whoever is one too many is closed at once, who is silent for
 * long, too; a request has a line, headers, and next to no body.
 */
public final class HttpPort {
    /** Scrapers and health checks are a handful; each connection holds a few kilobytes. */
    public static final int CONNECTIONS_MAX = 64;

    static final int LINE_BYTES_MAX = 4096;
    static final int HEADER_BYTES_MAX = 8192;
    static final int BODY_BYTES_MAX = 1024;
    private static final int SILENCE_SECONDS_MAX = 120;
    private static final int BACKLOG = 16;

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("kindred-http", true), NioIoHandler.newFactory());
    private final Map<String, HttpPage> pages;
    private final HttpCounters counters;

    public HttpPort(List<HttpPage> pages, HttpCounters counters) {
        this.pages = pages.stream().collect(Collectors.toMap(HttpPage::path, Function.identity()));
        this.counters = counters;
    }

    /** Listens; gives the port. Blocks until it does. */
    public int bind(InetSocketAddress address) throws IOException {
        ChannelFuture bound = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        admit(channel);
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(bound.cause().getMessage(), bound.cause());
        }
        return ((InetSocketAddress) bound.channel().localAddress()).getPort();
    }

    /** Closes everything; the future says when that is done. */
    public Future<?> close() {
        return group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private void admit(Channel channel) {
        if (counters.connections.get() >= CONNECTIONS_MAX) {
            counters.refused.incrementAndGet();
            channel.close();
            return;
        }
        counters.connections.incrementAndGet();
        channel.closeFuture().addListener(closed -> counters.connections.decrementAndGet());
        channel.pipeline()
                .addLast(new ReadTimeoutHandler(SILENCE_SECONDS_MAX))
                .addLast(new HttpServerCodec(LINE_BYTES_MAX, HEADER_BYTES_MAX, HEADER_BYTES_MAX))
                .addLast(new HttpObjectAggregator(BODY_BYTES_MAX))
                .addLast(new HttpConnection(pages, counters));
    }
}
