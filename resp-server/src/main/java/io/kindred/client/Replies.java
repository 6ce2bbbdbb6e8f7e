package io.kindred.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.redis.ErrorRedisMessage;
import io.netty.handler.codec.redis.FullBulkStringRedisMessage;
import io.netty.handler.codec.redis.IntegerRedisMessage;
import io.netty.handler.codec.redis.RedisMessage;
import io.netty.handler.codec.redis.SimpleStringRedisMessage;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/** The reply that somebody waits for, as a text, or why there is none. Owned by: the client's thread; Netty's completes it. */
final class Replies extends SimpleChannelInboundHandler<RedisMessage> {
    /** Once it has an end no reply comes any more. */
    private final CompletableFuture<String> end = new CompletableFuture<>();

    private volatile CompletableFuture<String> awaited = new CompletableFuture<>();

    /** From now on the next reply is meant. */
    void expect() {
        CompletableFuture<String> next = new CompletableFuture<>();
        awaited = next;
        end.whenComplete((none, why) -> next.completeExceptionally(why));
    }

    String await(int millis) throws IOException, InterruptedException {
        try {
            return awaited.get(millis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // A late one would be taken for the next.
            IOException late = new IOException("no reply within " + millis + " ms", e);
            end.completeExceptionally(late);
            throw late;
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw new IOException(cause == null ? e.toString() : String.valueOf(cause.getMessage()), e);
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, RedisMessage reply) {
        if (reply instanceof SimpleStringRedisMessage line) {
            awaited.complete(line.content());
        } else if (reply instanceof IntegerRedisMessage number) {
            awaited.complete(Long.toString(number.value()));
        } else if (reply instanceof FullBulkStringRedisMessage bulk && !bulk.isNull()) {
            awaited.complete(bulk.content().toString(UTF_8));
        } else if (reply instanceof ErrorRedisMessage error) {
            awaited.completeExceptionally(new IOException(error.content()));
        } else {
            fail(
                    context,
                    new IOException(
                            "not the reply of a text: " + reply.getClass().getSimpleName()));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        end.completeExceptionally(new IOException("the node closed the connection"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Throwable root = cause.getCause() == null ? cause : cause.getCause();
        String what = root instanceof SSLException ? "no TLS with the node: " : "not a reply: ";
        fail(context, new IOException(what + root.getMessage(), cause));
    }

    private void fail(ChannelHandlerContext context, IOException why) {
        end.completeExceptionally(why);
        context.close();
    }
}
