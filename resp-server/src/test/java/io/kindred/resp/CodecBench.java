package io.kindred.resp;

import io.kindred.cluster.message.Reply;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** How many small commands one thread decodes, and replies it encodes, in a second. Run by hand. */
public final class CodecBench {
    private static final int COMMANDS_PER_BUFFER = 1000;
    private static final int ROUNDS = 8;
    private static final long ROUND_NANOS = 1_000_000_000L;

    private CodecBench() {}

    public static void main(String[] ignored) {
        String set = "*3\r\n$3\r\nSET\r\n$10\r\nkey:000123\r\n$16\r\n0123456789abcdef\r\n";
        byte[] bytes = set.repeat(COMMANDS_PER_BUFFER).getBytes(StandardCharsets.US_ASCII);
        for (int round = 0; round < ROUNDS; round++) {
            System.out.printf(
                    "decode heap %,d/s  decode direct %,d/s  encode %,d/s%n",
                    decode(Unpooled.wrappedBuffer(bytes)),
                    decode(Unpooled.directBuffer().writeBytes(bytes)),
                    encode());
        }
    }

    private static long decode(ByteBuf in) {
        RespDecoder decoder = new RespDecoder(RespLimits.DEFAULT, new byte[RespDecoder.WINDOW_BYTES]);
        long[] seen = new long[1];
        CommandSink sink = args -> {
            seen[0] += args.length;
            return true;
        };
        long commands = 0;
        long start = System.nanoTime();
        long elapsed;
        do {
            in.readerIndex(0);
            decoder.decode(in, sink);
            commands += COMMANDS_PER_BUFFER;
            elapsed = System.nanoTime() - start;
        } while (elapsed < ROUND_NANOS);
        in.release();
        if (seen[0] != 3 * commands) {
            throw new IllegalStateException("decoded " + seen[0] + " arguments of " + commands + " commands");
        }
        return commands * 1_000_000_000L / elapsed;
    }

    private static long encode() {
        ByteBuf out = Unpooled.directBuffer(1 << 20);
        Reply[] replies = {Reply.OK, Reply.bulk("0123456789abcdef"), Reply.integer(42), Reply.NIL};
        long written = 0;
        long start = System.nanoTime();
        long elapsed;
        do {
            out.clear();
            for (int i = 0; i < COMMANDS_PER_BUFFER; i++) {
                RespEncoder.write(out, replies[i & 3], RespEncoder.RESP2);
            }
            written += COMMANDS_PER_BUFFER;
            elapsed = System.nanoTime() - start;
        } while (elapsed < ROUND_NANOS);
        out.release();
        return written * 1_000_000_000L / elapsed;
    }
}
