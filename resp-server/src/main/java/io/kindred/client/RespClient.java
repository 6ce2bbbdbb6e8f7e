package io.kindred.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.redis.ArrayRedisMessage;
import io.netty.handler.codec.redis.FullBulkStringRedisMessage;
import io.netty.handler.codec.redis.RedisMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks for texts (simple strings, numbers and bulk strings), one at a time, and waits for each; RESP2. {@link RespClients}
 * makes it. Owned by: one thread.
 */
public final class RespClient implements AutoCloseable {
    private final Channel channel;
    private final Replies replies;

    RespClient(Channel channel, Replies replies) {
        this.channel = channel;
        this.replies = replies;
    }

    /**
     * The reply's text. After an exception that is not for an error reply the client is of no more use.
     *
     * @throws IOException no reply within 3 s, one that is no text, or an error reply, whose line is the message
     */
    public String text(String... arguments) throws IOException, InterruptedException {
        List<RedisMessage> words = new ArrayList<>();
        for (String argument : arguments) {
            words.add(new FullBulkStringRedisMessage(Unpooled.copiedBuffer(argument, UTF_8)));
        }
        replies.expect();
        channel.writeAndFlush(new ArrayRedisMessage(words));
        return replies.await(RespClients.TIMEOUT_MILLIS);
    }

    @Override
    public void close() {
        channel.close();
    }
}
