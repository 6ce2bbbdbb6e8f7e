package io.kindred.server.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One connection of the monitoring port. While a page is being made nothing more is read from it; who sends more without
 * waiting for the answer is cut off.
 *
 * <p>Owned by: the port's thread.
 */
final class HttpConnection extends SimpleChannelInboundHandler<FullHttpRequest> {
    /** A node that takes longer than this to say how it is, is not well. */
    static final int ANSWER_SECONDS_MAX = 5;

    private static final System.Logger LOG = System.getLogger(HttpConnection.class.getName());

    private final Map<String, HttpPage> pages;
    private final HttpCounters counters;
    private boolean isMaking;

    HttpConnection(Map<String, HttpPage> pages, HttpCounters counters) {
        this.pages = pages;
        this.counters = counters;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        if (isMaking) {
            context.close();
            return;
        }
        boolean keepAlive = HttpUtil.isKeepAlive(request);
        boolean isHead = request.method().equals(HttpMethod.HEAD);
        if (!request.decoderResult().isSuccess()) {
            send(context, HttpPage.Answer.text(400, "This is no request that this port understands.\n"), false, isHead);
        } else if (!isHead && !request.method().equals(HttpMethod.GET)) {
            send(context, HttpPage.Answer.text(405, "Only GET and HEAD are answered here.\n"), keepAlive, isHead);
        } else {
            isMaking = true;
            context.channel().config().setAutoRead(false);
            make(pathOf(request.uri()))
                    .orTimeout(ANSWER_SECONDS_MAX, TimeUnit.SECONDS)
                    .whenCompleteAsync(
                            (answer, failure) -> {
                                isMaking = false;
                                send(context, answer != null ? answer : failed(failure), keepAlive, isHead);
                                context.channel().config().setAutoRead(true);
                            },
                            context.executor());
        }
    }

    private CompletableFuture<HttpPage.Answer> make(String path) {
        HttpPage page = pages.get(path);
        return page != null
                ? page.content().get().toCompletableFuture()
                : CompletableFuture.completedFuture(HttpPage.Answer.text(
                        404, "There are: " + String.join(", ", new TreeSet<>(pages.keySet())) + "\n"));
    }

    private static String pathOf(String uri) {
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    private HttpPage.Answer failed(@Nullable Throwable failure) {
        if (failure instanceof TimeoutException) {
            counters.late.incrementAndGet();
            return HttpPage.Answer.text(503, "The node did not answer within " + ANSWER_SECONDS_MAX + " s.\n");
        }
        LOG.log(Level.ERROR, "a page of http-port could not be made", failure);
        return HttpPage.Answer.text(500, "The page could not be made; the log says why.\n");
    }

    private void send(ChannelHandlerContext context, HttpPage.Answer answer, boolean keepAlive, boolean isHead) {
        counters.requests.incrementAndGet();
        byte[] body = answer.body();
        DefaultFullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(answer.status()),
                isHead ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, answer.contentType())
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        if (answer.status() == 405) {
            response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
        }
        HttpUtil.setKeepAlive(response, keepAlive);
        var written = context.writeAndFlush(response);
        if (!keepAlive) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** A connection that was cut, or was silent for long. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.log(Level.DEBUG, "closing a connection to http-port", cause);
        context.close();
    }
}
