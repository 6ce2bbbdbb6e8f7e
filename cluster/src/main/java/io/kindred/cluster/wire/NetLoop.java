package io.kindred.cluster.wire;

import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * One event-loop thread, and the kinds of channel that run on it: epoll where this machine has it, else NIO. Whoever
 * starts it stops it.
 */
public record NetLoop(
        EventLoop loop, Class<? extends ServerSocketChannel> serverChannel, Class<? extends SocketChannel> channel) {

    public static NetLoop start(String threadName) {
        return Epoll.isAvailable()
                ? new NetLoop(
                        oneLoop(threadName, EpollIoHandler.newFactory()),
                        EpollServerSocketChannel.class,
                        EpollSocketChannel.class)
                : new NetLoop(
                        oneLoop(threadName, NioIoHandler.newFactory()),
                        NioServerSocketChannel.class,
                        NioSocketChannel.class);
    }

    boolean isEpoll() {
        return channel == EpollSocketChannel.class;
    }

    /** Done when the thread has ended. Tasks that have been given to it already still run. */
    public Future<?> stop() {
        return loop.parent().shutdownGracefully(0, 2, TimeUnit.SECONDS);
    }

    private static EventLoop oneLoop(String threadName, IoHandlerFactory io) {
        return new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory(threadName), io).next();
    }
}
