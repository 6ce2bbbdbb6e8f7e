package io.kindred.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.redis.FixedRedisMessagePool;
import io.netty.handler.codec.redis.RedisBulkStringAggregator;
import io.netty.handler.codec.redis.RedisDecoder;
import io.netty.handler.codec.redis.RedisEncoder;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Connects clients; one thread serves all of them. */
public final class RespClients implements AutoCloseable {
    /** For a connection, and for each reply. */
    static final int TIMEOUT_MILLIS = 3000;

    static final int LINE_BYTES_MAX = 64 << 10;

    private static final int THREADS = 1;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(
            THREADS, new DefaultThreadFactory("kindred-client", true), NioIoHandler.newFactory());

    private final @Nullable ClientTls tls;

    /** @param tls null: in the clear */
    public RespClients(@Nullable ClientTls tls) {
        this.tls = tls;
    }

    /**
     * A client that has proven itself.
     *
     * @param password empty: none
     * @throws IOException nobody is there, or the password is refused
     */
    public RespClient connect(String host, int port, String password) throws IOException, InterruptedException {
        Replies replies = new Replies();
        ChannelFuture connected = new Bootstrap()
                .group(group)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, TIMEOUT_MILLIS)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (tls != null) {
                            channel.pipeline().addLast(tls.handler(host, port));
                        }
                        channel.pipeline()
                                .addLast(new RedisDecoder(LINE_BYTES_MAX, FixedRedisMessagePool.INSTANCE))
                                .addLast(new BulkLimit())
                                .addLast(new RedisBulkStringAggregator())
                                .addLast(new RedisEncoder())
                                .addLast(replies);
                    }
                })
                .connect(host, port)
                .await();
        if (!connected.isSuccess()) {
            throw new IOException(String.valueOf(connected.cause().getMessage()), connected.cause());
        }
        RespClient client = new RespClient(connected.channel(), replies);
        boolean open = false;
        try {
            if (!password.isEmpty()) {
                client.text("AUTH", password);
            }
            open = true;
            return client;
        } finally {
            if (!open) {
                client.close();
            }
        }
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
    }
}
