package io.kindred.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kindred.cluster.message.Reply;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.redis.ArrayRedisMessage;
import io.netty.handler.codec.redis.ErrorRedisMessage;
import io.netty.handler.codec.redis.FullBulkStringRedisMessage;
import io.netty.handler.codec.redis.IntegerRedisMessage;
import io.netty.handler.codec.redis.RedisArrayAggregator;
import io.netty.handler.codec.redis.RedisBulkStringAggregator;
import io.netty.handler.codec.redis.RedisDecoder;
import io.netty.handler.codec.redis.RedisEncoder;
import io.netty.handler.codec.redis.RedisMessage;
import io.netty.handler.codec.redis.SimpleStringRedisMessage;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Netty's codec of the same protocol says what is right. */
final class RespOracleTest {
    @Test
    void decodesWhatNettyEncodesAtEverySplitPoint() {
        Seeds.each(RespOracleTest.class, 40, random -> {
            List<List<byte[]>> commands = randomCommands(random);
            byte[] bytes = encodeWithNetty(commands);
            List<String> expected = commands.stream()
                    .map(args -> args.stream().map(RespOracleTest::text).collect(Collectors.toList()))
                    .map(Object::toString)
                    .collect(Collectors.toList());
            boolean direct = random.nextBoolean();
            for (int split = 0; split <= bytes.length; split++) {
                Decoding decoding = new Decoding(RespLimits.DEFAULT, direct)
                        .feed(bytes, 0, split)
                        .feed(bytes, split, bytes.length);
                assertEquals(expected, decoding.commands(), "split at " + split);
                assertEquals(0, decoding.unreadBytes());
                decoding.close();
            }
            Decoding byteByByte = new Decoding(RespLimits.DEFAULT, direct);
            for (int i = 0; i < bytes.length; i++) {
                byteByByte.feed(bytes, i, i + 1);
            }
            assertEquals(expected, byteByByte.commands());
            byteByByte.close();
        });
    }

    @Test
    void nettyDecodesWhatWeEncode() {
        Seeds.each(RespOracleTest.class, 2000, random -> {
            List<String> expected = new ArrayList<>();
            ByteBuf out = Unpooled.buffer();
            for (int i = random.nextInt(8); i >= 0; i--) {
                Reply reply = randomReply(random, 3);
                expected.add(describe(reply));
                RespEncoder.write(out, reply, RespEncoder.RESP2);
            }
            assertEquals(expected, decodeWithNetty(out));
        });
    }

    private static List<List<byte[]>> randomCommands(Random random) {
        List<List<byte[]>> commands = new ArrayList<>();
        for (int i = random.nextInt(6); i >= 0; i--) {
            List<byte[]> args = new ArrayList<>();
            int count = random.nextInt(10) == 0 ? 40 : 1 + random.nextInt(5);
            for (int j = 0; j < count; j++) {
                byte[] arg = new byte[random.nextInt(12) == 0 ? random.nextInt(600) : random.nextInt(14)];
                random.nextBytes(arg);
                args.add(arg);
            }
            commands.add(args);
        }
        return commands;
    }

    private static byte[] encodeWithNetty(List<List<byte[]>> commands) {
        EmbeddedChannel channel = new EmbeddedChannel(new RedisEncoder());
        ByteBuf all = Unpooled.buffer();
        for (List<byte[]> args : commands) {
            List<RedisMessage> parts = new ArrayList<>();
            args.forEach(arg -> parts.add(new FullBulkStringRedisMessage(Unpooled.wrappedBuffer(arg))));
            channel.writeOutbound(new ArrayRedisMessage(parts));
            for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
                all.writeBytes(part);
                part.release();
            }
        }
        channel.finish();
        byte[] bytes = new byte[all.readableBytes()];
        all.readBytes(bytes);
        all.release();
        return bytes;
    }

    private static List<String> decodeWithNetty(ByteBuf bytes) {
        EmbeddedChannel channel =
                new EmbeddedChannel(new RedisDecoder(), new RedisBulkStringAggregator(), new RedisArrayAggregator());
        channel.writeInbound(bytes);
        List<String> replies = new ArrayList<>();
        for (RedisMessage message = channel.readInbound(); message != null; message = channel.readInbound()) {
            replies.add(describe(message));
            ReferenceCountUtil.release(message);
        }
        channel.finish();
        return replies;
    }

    private static Reply randomReply(Random random, int depth) {
        switch (random.nextInt(depth == 0 ? 6 : 8)) {
            case 0:
                return Reply.OK;
            case 1:
                return Reply.error("ERR " + Integer.toString(random.nextInt(), 36));
            case 2:
                return Reply.integer(random.nextBoolean() ? random.nextInt(2000) : random.nextLong());
            case 3:
                return Reply.NIL;
            case 4:
                return new Reply.Bool(random.nextBoolean());
            case 5:
                byte[] bytes = new byte[random.nextInt(30)];
                random.nextBytes(bytes);
                return random.nextBoolean() ? Reply.bulk(bytes) : new Reply.Verbatim("txt", bytes);
            default:
                List<Reply> items = new ArrayList<>();
                for (int i = 2 * random.nextInt(4); i > 0; i--) {
                    items.add(randomReply(random, depth - 1));
                }
                return switch (random.nextInt(4)) {
                    case 0 -> new Reply.Array(items);
                    case 1 -> new Reply.Pairs(items);
                    case 2 -> new Reply.Unordered(items);
                    default -> new Reply.Push(items);
                };
        }
    }

    private static String describe(Reply reply) {
        if (reply instanceof Reply.Simple simple) {
            return "+" + simple.text();
        } else if (reply instanceof Reply.Error error) {
            return "-" + error.text();
        } else if (reply instanceof Reply.Int integer) {
            return ":" + integer.value();
        } else if (reply instanceof Reply.Bool bool) {
            return bool.value() ? ":1" : ":0";
        } else if (reply instanceof Reply.Nil) {
            return "nil";
        } else if (reply instanceof Reply.Bulk bulk) {
            return "$" + text(bulk.bytes());
        } else if (reply instanceof Reply.Verbatim verbatim) {
            return "$" + text(verbatim.bytes());
        }
        return items(reply).stream()
                .map(RespOracleTest::describe)
                .collect(Collectors.toList())
                .toString();
    }

    private static List<Reply> items(Reply reply) {
        if (reply instanceof Reply.Array array) {
            return array.items();
        } else if (reply instanceof Reply.Pairs pairs) {
            return pairs.keysAndValues();
        } else if (reply instanceof Reply.Unordered set) {
            return set.items();
        }
        return ((Reply.Push) reply).items();
    }

    private static String describe(RedisMessage message) {
        if (message instanceof SimpleStringRedisMessage simple) {
            return "+" + simple.content();
        } else if (message instanceof ErrorRedisMessage error) {
            return "-" + error.content();
        } else if (message instanceof IntegerRedisMessage integer) {
            return ":" + integer.value();
        } else if (message instanceof FullBulkStringRedisMessage bulk) {
            return bulk.isNull() ? "nil" : "$" + bulk.content().toString(StandardCharsets.ISO_8859_1);
        }
        List<RedisMessage> children = ((ArrayRedisMessage) message).children();
        return children.stream()
                .map(RespOracleTest::describe)
                .collect(Collectors.toList())
                .toString();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
